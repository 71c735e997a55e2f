//! How a server is spoken to: by TLS, or in the clear behind a proxy that does it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use assent_server::{Network, Proxies, ProxyHeader};
use assent_tls::Identity;
use clap::{Args, ValueEnum};

use crate::problem::Problem;

/// Names the certificate and the key.
#[derive(Debug, Args)]
pub(super) struct Transport {
    /// Speak TLS: the certificate in PEM, then those between it and its root. Taken over when the file changes
    #[arg(long, value_name = "FILE", env = "ASSENT_TLS_CERT", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The key of the certificate, in PEM
    #[arg(long, value_name = "FILE", env = "ASSENT_TLS_KEY", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// A proxy in front of this server speaks TLS
    #[arg(long)]
    behind_proxy: bool,
    /// A proxy, or a network of them, that is believed where a request comes from; may be given several times
    #[arg(long, value_name = "CIDR")]
    trusted_proxy: Vec<Network>,
    /// The header in which these proxies say it
    #[arg(long, value_enum, default_value_t, requires = "trusted_proxy")]
    proxy_header: Header,
}

/// Where proxies say where a request comes from.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Header {
    #[default]
    XForwardedFor,
    Forwarded,
}

impl Transport {
    /// What to speak TLS with, if that was asked for.
    pub(super) fn identity(&self) -> Result<Option<Arc<Identity>>, Problem> {
        let (Some(certificate), Some(key)) = (&self.tls_cert, &self.tls_key) else { return Ok(None) };
        let identity = Identity::open(certificate.clone(), key.clone())?;
        if identity.key_is_exposed() {
            let file = key.display();
            tracing::warn!(
                "everybody on this machine may read the key `{file}`: take that right away (`chmod o= {file}`)"
            );
        }
        Ok(Some(Arc::new(identity)))
    }

    /// Who is believed where a request comes from.
    pub(super) fn proxies(&self) -> Arc<Proxies> {
        let header = match self.proxy_header {
            Header::XForwardedFor => ProxyHeader::XForwardedFor,
            Header::Forwarded => ProxyHeader::Forwarded,
        };
        Arc::new(Proxies { networks: self.trusted_proxy.clone(), header })
    }

    /// Says so where tokens and names would cross a network in the clear.
    pub(super) fn warn(&self, address: SocketAddr) {
        if !(self.tls_cert.is_some() || self.behind_proxy || address.ip().is_loopback()) {
            tracing::warn!(
                "tokens and personal data cross the network in the clear: {address} is reached from other machines, and this \
                 server speaks no TLS. Name a certificate with --tls-cert and --tls-key, or, where a proxy speaks TLS in \
                 front of it, say so with --behind-proxy"
            );
        }
    }
}
