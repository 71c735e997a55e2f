//! Passwords: which ones are good enough, and their Argon2id hashes.
//!
//! 19 MiB of memory, two passes, one lane: the first choice of OWASP's Password Storage Cheat Sheet for Argon2id. A hash names
//! its own costs, so that these can be raised without a change of the hashes that stand.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use assent_domain::{Code, Refusal};
use assent_store::StoreError;
use unicode_normalization::UnicodeNormalization as _;

use crate::wiring::Wiring;

/// Memory in KiB.
const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;

/// The shortest password, in characters.
pub const MIN_CHARS: usize = 12;
/// The longest password that is looked at, in bytes.
pub const MAX_BYTES: usize = 512;
/// How hard to guess a password has to be, of 0 to 4 as `zxcvbn` scores it: 4 stands for more than 10^10 guesses.
const MIN_SCORE: u8 = 4;
/// The estimate looks at no more characters: its time grows with their number.
const MAX_JUDGED_CHARS: usize = 100;

/// Refuses a password that is short or easy to guess, also from what stands around it: the names and addresses in `about`.
pub fn check(password: &str, about: &[&str]) -> Result<(), Refusal> {
    let weak = |message: String| Err(Refusal::new(Code::PasswordWeak, message).at("/password"));
    let normal = normal(password);
    if normal.len() > MAX_BYTES {
        return weak(format!("the password has more than {MAX_BYTES} bytes"));
    }
    if normal.chars().count() < MIN_CHARS {
        return weak(format!("the password has fewer than {MIN_CHARS} characters"));
    }
    let judged: String = normal.chars().take(MAX_JUDGED_CHARS).collect();
    let words: Vec<&str> =
        about.iter().flat_map(|text| text.split([' ', '@', '.', '-', '_'])).chain(["assent"]).collect();
    if u8::from(zxcvbn::zxcvbn(&judged, &words).score()) < MIN_SCORE {
        return weak("the password is easy to guess".to_owned());
    }
    Ok(())
}

/// The hash of a password, with a fresh salt, in the PHC format. Takes tens of milliseconds, on purpose.
pub fn hash(password: &str, wiring: &Wiring) -> Result<String, StoreError> {
    let salt: [u8; SALT_BYTES] = wiring.random();
    let failed = |error: &dyn std::fmt::Display| {
        StoreError::Unavailable(format!("the password could not be hashed: {error}"))
    };
    let hash: PasswordHash = argon2()
        .map_err(|error| failed(&error))?
        .hash_password_with_salt(normal(password).as_bytes(), &salt)
        .map_err(|error| failed(&error))?;
    Ok(hash.to_string())
}

/// Whether that is the password of the hash. Takes as long as making one.
pub fn verify(password: &str, hash: &str) -> bool {
    if password.len() > MAX_BYTES {
        return false;
    }
    let (Ok(hash), Ok(argon2)) = (PasswordHash::new(hash), argon2()) else { return false };
    argon2.verify_password(normal(password).as_bytes(), &hash).is_ok()
}

fn argon2() -> argon2::Result<Argon2<'static>> {
    let params = Params::new(MEMORY, PASSES, LANES, None)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The same characters are the same bytes, whatever keyboard they come from.
fn normal(password: &str) -> String {
    password.nfkc().collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::wiring::{Clock, Entropy};

    struct Fixed;

    impl Clock for Fixed {
        fn now(&self) -> assent_domain::Time {
            assent_domain::Time::UNIX_EPOCH
        }
    }

    impl Entropy for Fixed {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(7);
        }
    }

    #[test]
    fn a_hash_fits_its_password_and_no_other() {
        let wiring = Wiring { clock: Arc::new(Fixed), entropy: Arc::new(Fixed) };
        let made = hash("caf\u{e9} of seven goats", &wiring).unwrap();
        assert!(made.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{made}");
        assert!(verify("caf\u{e9} of seven goats", &made));
        assert!(verify("cafe\u{301} of seven goats", &made), "another keyboard");
        assert!(!verify("cafe of seven goats", &made));
        assert!(!verify(&"x".repeat(MAX_BYTES + 1), &made));
        assert!(!verify("caf\u{e9} of seven goats", "no hash"));
    }

    #[test]
    fn short_and_well_known_passwords_are_refused() {
        let said = |password: &str| check(password, &["Ada Lovelace", "ada.lovelace@example.org"]);
        for weak in
            ["", "k7#Qz!9pLm", "password12345", "qwertyuiop1234", "adalovelace2026", "aaaaaaaaaaaaaaaa"]
        {
            let refusal = said(weak).unwrap_err();
            assert_eq!(
                (refusal.code, refusal.pointer.as_deref()),
                (Code::PasswordWeak, Some("/password")),
                "{weak}"
            );
            assert!(weak.is_empty() || !refusal.message.contains(weak), "{}", refusal.message);
        }
        assert_eq!(said(&"ab ".repeat(MAX_BYTES)).unwrap_err().code, Code::PasswordWeak);
        said("quiet otter mends kettles").unwrap();
        said("日本語のとても長い合言葉です今日は").unwrap();
    }
}
