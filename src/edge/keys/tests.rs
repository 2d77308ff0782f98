//! Keys and signers' lines on a real file system; asks nobody for a passphrase.

use super::*;
use crate::approval::sshsig;

fn nobody(_: &str) -> io::Result<String> {
    Err(io::Error::other("nobody is asked"))
}

#[test]
fn a_key_that_was_made_can_be_read_and_signs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let made = create_key(&path, "log key").unwrap();
    let read = read_private_key_with(&path, &nobody).unwrap();
    assert_eq!(read.public_key(), made.public_key());
    let public = fs::read_to_string(folder.path().join("key.pub")).unwrap();
    assert!(
        public.starts_with("ssh-ed25519 AAAA") && public.ends_with(" log key\n"),
        "{public}"
    );
    let armor = sshsig::sign(&read, "checkpoint@redress", b"x").unwrap();
    assert!(sshsig::verify(&armor, "checkpoint@redress", b"x").is_ok());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let rights = fs::metadata(&path).unwrap().permissions();
        assert_eq!(rights.mode() & 0o777, 0o600);
    }
}

#[test]
fn a_key_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    for name in ["key", "key.pub"] {
        let taken = folder.path().join(name);
        fs::write(&taken, "mine").unwrap();
        let error = create_key(&path, "").unwrap_err();
        assert!(matches!(error, KeyError::Exists { .. }), "{error}");
        assert_eq!(fs::read_to_string(&taken).unwrap(), "mine");
        fs::remove_file(&taken).unwrap();
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn an_encrypted_key_opens_with_its_passphrase_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let plain = create_key(&folder.path().join("plain"), "").unwrap();
    let locked = plain.encrypt(&mut rand_core::OsRng, "correct horse").unwrap();
    write_new(&path, locked.to_openssh(LineEnding::LF).unwrap().as_bytes()).unwrap();
    let with = |passphrase: &str| {
        let passphrase = passphrase.to_owned();
        read_private_key_with(&path, &move |_| Ok(passphrase.clone()))
    };
    assert_eq!(with("correct horse").unwrap().public_key(), plain.public_key());
    assert!(matches!(with("wrong").unwrap_err(), KeyError::Passphrase { .. }));
    assert!(matches!(
        read_private_key_with(&path, &nobody).unwrap_err(),
        KeyError::NoTerminal { .. }
    ));
}

#[cfg(unix)]
#[test]
fn a_key_that_others_may_read_is_refused_with_its_remedy() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    create_key(&path, "").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let error = read_private_key_with(&path, &nobody).unwrap_err();
    assert_eq!(error.hints(), [format!("chmod 600 {}", path.display())]);
}

#[test]
fn a_signers_line_is_added_once_and_other_lines_stay() {
    let folder = tempfile::tempdir().unwrap();
    let signers = folder.path().join("allowed_signers");
    fs::write(&signers, "# people").unwrap();
    let key = create_key(&folder.path().join("key"), "log").unwrap();
    for _ in 0..2 {
        add_signer(&signers, "log@here", "checkpoint@redress", &key).unwrap();
    }
    let text = fs::read_to_string(&signers).unwrap();
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(
        text.starts_with("# people\nlog@here namespaces=\"checkpoint@redress\" ssh-ed25519 "),
        "{text}"
    );
    let parsed = AllowedSigners::parse(&text).unwrap();
    let now = crate::value::Timestamp::UNIX_EPOCH;
    assert_eq!(
        parsed.who(key.public_key().key_data(), "checkpoint@redress", now),
        ["log@here"]
    );
}

#[test]
fn a_broken_signers_file_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let signers = folder.path().join("allowed_signers");
    fs::write(&signers, "jess nonsense\n").unwrap();
    let key = create_key(&folder.path().join("key"), "").unwrap();
    let error = add_signer(&signers, "log@here", "checkpoint@redress", &key).unwrap_err();
    assert!(matches!(error, KeyError::Signers { .. }), "{error}");
    assert_eq!(fs::read_to_string(&signers).unwrap(), "jess nonsense\n");
}
