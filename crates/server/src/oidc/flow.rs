//! What a browser takes along to the provider and brings back: in a cookie that only this server can have made.

use assent_app::start::Assent;
use assent_domain::Time;
use assent_store::StoreError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// How long somebody may take at the provider.
const LIFE: SignedDuration = SignedDuration::from_mins(10);

/// A log-in that is under way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Flow {
    pub(crate) provider: String,
    pub(crate) state: String,
    pub(crate) nonce: String,
    pub(crate) verifier: String,
    /// The page to go to afterwards.
    pub(crate) page: String,
    /// When it began, in seconds.
    pub(crate) at: i64,
}

impl Flow {
    /// As the cookie holds it.
    pub(crate) fn cookie(&self, assent: &Assent) -> Result<String, StoreError> {
        let text = URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default());
        let mark = assent.mark(&purpose(&text))?;
        Ok(format!("{text}.{mark}"))
    }

    /// Reads the cookie. `None` where it is not ours, or too old.
    pub(crate) fn read(cookie: &str, assent: &Assent, now: Time) -> Result<Option<Self>, StoreError> {
        let Some((text, mark)) = cookie.split_once('.') else { return Ok(None) };
        if !assent.is_mark(&purpose(text), mark)? {
            return Ok(None);
        }
        let flow =
            URL_SAFE_NO_PAD.decode(text).ok().and_then(|json| serde_json::from_slice::<Self>(&json).ok());
        let age = |flow: &Self| now.as_second().saturating_sub(flow.at);
        Ok(flow.filter(|flow| (-120..LIFE.as_secs()).contains(&age(flow))))
    }
}

fn purpose(text: &str) -> String {
    format!("flow {text}")
}

/// The page to go to after a log-in: one of ours, or the first.
pub(crate) fn page(wanted: Option<String>) -> String {
    let ours = |page: &String| {
        page.starts_with('/')
            && !page.starts_with("//")
            && !page.contains('\\')
            && page.len() <= 500
            // Browsers leave out tabs: `/\t/host` is `//host` to them.
            && page.bytes().all(|byte| byte.is_ascii_graphic())
    };
    wanted.filter(ours).unwrap_or_else(|| "/".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_somebody_else_is_not_gone_to() {
        let to = |wanted: &str| page(Some(wanted.to_owned()));
        assert_eq!(to("/models?x=1"), "/models?x=1");
        for other in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "/ /evil.example",
            "models",
            "",
            "/a\r\nb",
            "/ä",
        ] {
            assert_eq!(to(other), "/", "{other}");
        }
        assert_eq!(page(None), "/");
    }
}
