// An OpenID provider for the tests: node-oidc-provider with people in memory, who are logged in without a form. A test says by
// `POST /test` who sits at the browser, what the provider knows of them, what time it is, and when the keys change.
//
// Usage: node provider.mjs FOLDER-OF-THE-PACKAGE REDIRECT-ADDRESS...

import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [folder, ...redirects] = process.argv.slice(2);
const entry = createRequire(`${folder}/`).resolve('oidc-provider');
const { default: Provider } = await import(pathToFileURL(entry));

const state = { person: null, people: {}, nonce: null, away: false };
let shift = 0;
const now = Date.now;
Date.now = () => now() + shift;

function key(alg) {
  const kind = alg === 'RS256' ? ['rsa', { modulusLength: 2048 }] : ['ec', { namedCurve: 'P-256' }];
  return { ...generateKeyPairSync(...kind).privateKey.export({ format: 'jwk' }), alg, use: 'sig' };
}

function client(id, alg, method) {
  const secret = method === 'none' ? {} : { client_secret: 'a secret: 100% & more' };
  return {
    client_id: id,
    ...secret,
    token_endpoint_auth_method: method,
    id_token_signed_response_alg: alg,
    redirect_uris: redirects,
    grant_types: ['authorization_code'],
    response_types: ['code'],
  };
}

function provider(issuer, alg) {
  const made = new Provider(issuer, {
    jwks: { keys: [key(alg)] },
    clients: [client('confidential', alg, 'client_secret_basic'), client('public', alg, 'none')],
    claims: { email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
    conformIdTokenClaims: false,
    cookies: { keys: ['only for tests'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    ttl: { Interaction: 600, Session: 600, Grant: 600, IdToken: 300, AccessToken: 300 },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...state.people[id] }) }),
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope('openid email profile groups');
      await grant.save();
      return grant;
    },
  });
  return { made, serve: made.callback() };
}

async function told(request) {
  let text = '';
  for await (const part of request) text += part;
  const { rotate, time, ...more } = JSON.parse(text);
  if (time !== undefined) shift = time * 1000 - now();
  if (rotate) current = provider(issuer, rotate);
  Object.assign(state, more);
}

let current;
let issuer;
const server = createServer(async (request, response) => {
  if (request.url === '/test') {
    await told(request);
    response.end();
  } else if (state.away) {
    response.writeHead(503).end();
  } else if (request.url.startsWith('/interaction/')) {
    const login = state.person ? { login: { accountId: state.person } } : { error: 'access_denied' };
    await current.made.interactionFinished(request, response, login);
  } else {
    if (state.nonce) request.url = request.url.replace(/nonce=[^&]*/, `nonce=${state.nonce}`);
    current.serve(request, response);
  }
});
server.listen(0, '127.0.0.1', () => {
  issuer = `http://127.0.0.1:${server.address().port}`;
  current = provider(issuer, 'RS256');
  console.log(issuer);
});
// It ends with whoever has started it.
process.stdin.resume().on('end', () => process.exit());
