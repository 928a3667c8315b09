//! The vectors of `docs/acquirer-protocol.md`, and everything that must not pass for them.

use super::*;
use crate::channel::acquirer::sandbox;

const REQUEST: &str = include_str!("../vectors/request.json");
const REQUEST_SIGNATURE: &str = include_str!("../vectors/request_signature.txt");
const ANSWER: &str = include_str!("../vectors/answer.json");
const ANSWER_SIGNATURE: &str = include_str!("../vectors/answer_signature.txt");
const NOTICE: &str = include_str!("../vectors/notice.json");
const NOTICE_SIGNATURE: &str = include_str!("../vectors/notice_signature.txt");

const PATH: &str = "/florin/v1/payments";
const ID: &str = "000102030405060708090a0b0c0d0e0f";
const NOTICE_ID: &str = "f0e1d2c3b4a5968778695a4b3c2d1e0f";
const TIME: Millis = 1_794_974_400_000;

const ASKED: Head<'_> = Head { what: "POST", path: PATH, id: ID };
const ANSWERED: Head<'_> = Head { what: "200", ..ASKED };
const TOLD: Head<'_> = Head { what: "POST", path: "/notify/ecny", id: NOTICE_ID };

fn keys() -> Keys {
    Keys::of(&sandbox("ecny", "http://127.0.0.1:8081")).unwrap()
}

fn headers() -> [Option<&'static str>; 4] {
    [Some("ecny-gateway-1"), Some("1794974401"), Some(ID), Some(ANSWER_SIGNATURE)]
}

#[test]
fn a_request_is_signed_as_in_the_vector() {
    for now in [TIME, TIME + 999] {
        assert_eq!(
            keys().headers(&ASKED, now, REQUEST.as_bytes()),
            [
                ("content-type", "application/json".to_owned()),
                ("florin-key", "ecny-merchant-1".to_owned()),
                ("florin-time", "1794974400".to_owned()),
                ("florin-id", ID.to_owned()),
                ("florin-signature", REQUEST_SIGNATURE.to_owned()),
            ]
        );
    }
}

#[test]
fn the_protocols_page_shows_the_vectors() {
    let page = include_str!("../../../../../docs/acquirer-protocol.md");
    for vector in [REQUEST, REQUEST_SIGNATURE, ANSWER, ANSWER_SIGNATURE, NOTICE, NOTICE_SIGNATURE] {
        assert!(page.contains(vector), "{vector}");
    }
    for pem in ["keys/acquirer_sandbox_merchant.pem", "sandbox/keys/acquirer_gateway_private.pem"] {
        let pem = std::fs::read_to_string(pem).unwrap();
        assert!(page.contains(pem.lines().nth(1).unwrap()), "{pem}");
    }
}

#[test]
fn an_answer_is_proved_as_in_the_vector_and_a_changed_byte_anywhere_is_refused() {
    assert_eq!(keys().verify(&ANSWERED, headers(), ANSWER.as_bytes()), Ok(()));
    for place in 0..ANSWER.len() {
        let mut body = ANSWER.as_bytes().to_vec();
        body[place] ^= 1;
        let proved = keys().verify(&ANSWERED, headers(), &body);
        assert_eq!(proved, Err("its signature is wrong"), "{place}");
    }
}

#[test]
fn every_line_and_every_header_is_signed() {
    for other in [
        // Another status, another path, another question.
        Head { what: "404", ..ANSWERED },
        Head { what: "POST", ..ANSWERED },
        Head { path: "/florin/v1/payments/query", ..ANSWERED },
        Head { id: NOTICE_ID, ..ANSWERED },
    ] {
        assert!(keys().verify(&other, headers(), ANSWER.as_bytes()).is_err(), "{}", other.what);
    }
    for place in 0..headers().len() {
        let mut without = headers();
        without[place] = None;
        let why = Err("it is not signed");
        assert_eq!(keys().verify(&ANSWERED, without, ANSWER.as_bytes()), why, "{}", HEADERS[place]);
        let mut changed = headers();
        changed[place] = Some("1794974402");
        assert!(
            keys().verify(&ANSWERED, changed, ANSWER.as_bytes()).is_err(),
            "{}",
            HEADERS[place]
        );
    }
    // What we have signed ourselves is no answer to us.
    let ours = [Some("ecny-merchant-1"), Some("1794974400"), Some(ID), Some(REQUEST_SIGNATURE)];
    assert_eq!(keys().verify(&ASKED, ours, REQUEST.as_bytes()), Err("its key is not known"));
}

#[test]
fn a_message_is_proved_as_in_the_vector_while_it_is_fresh() {
    let said =
        [Some("ecny-gateway-1"), Some("1794974491"), Some(NOTICE_ID), Some(NOTICE_SIGNATURE)];
    assert_eq!(keys().verify(&TOLD, said, NOTICE.as_bytes()), Ok(()));
    let now = 1_794_974_491_000;
    for (seconds, fresh) in [(0, true), (300, true), (-300, true), (301, false), (-301, false)] {
        assert_eq!(is_fresh(said[1], now + seconds * 1000), fresh, "{seconds}");
    }
    for time in [None, Some(""), Some("now"), Some("1794974491.5")] {
        assert!(!is_fresh(time, now), "{time:?}");
    }
}

#[test]
fn two_keys_are_believed_while_the_gateway_changes_from_one_to_the_other() {
    let settings = sandbox("ecny", "http://127.0.0.1:8081");
    // Of RFC 8032, 7.1, test 1.
    let other = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";
    let rotated = AcquirerSettings {
        public_key_id: "ecny-gateway-2".into(),
        public_key: other.into(),
        other_public_key_id: Some(settings.public_key_id.clone()),
        other_public_key: Some(settings.public_key.clone()),
        ..settings.clone()
    };
    let both = Keys::of(&rotated).unwrap();
    assert_eq!(both.verify(&ANSWERED, headers(), ANSWER.as_bytes()), Ok(()));
    let mut wrong = headers();
    wrong[0] = Some("ecny-gateway-2");
    assert!(both.verify(&ANSWERED, wrong, ANSWER.as_bytes()).is_err(), "that key signed nothing");
    for half in [
        AcquirerSettings { other_public_key: None, ..rotated.clone() },
        AcquirerSettings { other_public_key_id: None, ..rotated.clone() },
        AcquirerSettings { public_key: "nonsense".into(), ..settings.clone() },
        AcquirerSettings { private_key: settings.public_key.clone(), ..settings.clone() },
        AcquirerSettings { key_id: "a\nb".into(), ..settings },
    ] {
        assert!(Keys::of(&half).is_err());
    }
}
