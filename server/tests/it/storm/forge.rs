//! Somebody who sends to our public address, knows every number and has Antom's public key, but not its private one.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::send::Notice;
use crate::sequences::dice::Dice;
use crate::support::antom;

/// How many ways of forging there are.
pub const FORGERIES: usize = FORGED.len();

/// Says in words what it does, and does it to a genuine message.
type Forgery = (&'static str, fn(&Forger, &mut Notice, &mut Dice));

const FORGED: [Forgery; 16] = [
    ("a bit of the body", |_, notice, dice| flip(&mut notice.body, dice)),
    ("a bit of the signature", |_, notice, dice| {
        let mut signature = STANDARD.decode(decoded(notice)).unwrap();
        flip(&mut signature, dice);
        sign_with(notice, "RSA256", &STANDARD.encode(signature));
    }),
    ("the end is cut off", |_, notice, dice| {
        let left = dice.below(notice.body.len());
        notice.body.truncate(left);
    }),
    ("a space more", |_, notice, _| notice.body.push(b' ')),
    ("a key twice", |_, notice, _| {
        let end = notice.body.len() - 1;
        notice.body.splice(end..end, *br#","paymentRequestId":"GW0""#);
    }),
    ("another order, with its own genuine proof", |forger, notice, _| {
        notice.headers = forger.cheap.headers.clone();
    }),
    ("an order that was paid less", |forger, notice, _| {
        let body = String::from_utf8(forger.cheap.body.clone()).unwrap();
        notice.body = body.replace(&forger.cheap_order, &forger.dear_order).into_bytes();
        notice.headers = forger.cheap.headers.clone();
    }),
    ("a key of one's own", |forger, notice, _| {
        let content = content(notice);
        let mut signature = vec![0; forger.own.public_modulus_len()];
        let random = SystemRandom::new();
        forger.own.sign(&RSA_PKCS1_SHA256, &random, &content, &mut signature).unwrap();
        sign_with(notice, "RSA256", &STANDARD.encode(signature));
    }),
    ("a MAC under the public key", |_, notice, _| {
        let key = include_bytes!("../../../keys/antom_sandbox_platform_public.pem");
        let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), &content(notice));
        sign_with(notice, "HS256", &STANDARD.encode(mac));
    }),
    ("the same MAC, said to be RSA", |_, notice, _| {
        let key = include_bytes!("../../../keys/antom_sandbox_platform_public.pem");
        let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), &content(notice));
        sign_with(notice, "RSA256", &STANDARD.encode(mac));
    }),
    ("another algorithm", |_, notice, dice| {
        let algorithm = dice.one_of(&["none", "RSA1", "RSA512", "rsa256", "ECC224", "", "HS256"]);
        let genuine = decoded(notice);
        sign_with(notice, algorithm, &genuine);
    }),
    ("no signature", |_, notice, dice| {
        let text =
            dice.one_of(&["", "signature=", "algorithm=RSA256,keyVersion=1,signature=", "x"]);
        *header(notice, "signature") = text.to_owned();
    }),
    ("no header of these", |_, notice, dice| {
        notice.headers.remove(dice.below(3));
    }),
    ("another merchant of Antom's", |_, notice, _| {
        *header(notice, "client-id") = "SANDBOX_5X00000000000001".to_owned();
    }),
    ("another time", |_, notice, dice| {
        let time = format!("2026-11-18T12:01:{:02}+08:00", dice.below(31));
        *header(notice, "request-time") = time;
    }),
    ("the genuine one behind another", |_, notice, _| {
        let genuine = header(notice, "signature").clone();
        *header(notice, "signature") = format!("algorithm=RSA256,signature=AAAA,{genuine}");
    }),
];

/// What a forger has.
pub struct Forger {
    cheap: Notice,
    cheap_order: String,
    dear: Notice,
    dear_order: String,
    own: KeyPair,
}

impl Forger {
    /// One who wants the dear order, and has genuine proof that the cheap one was paid.
    pub fn new(cheap: &str, dear: &str) -> Forger {
        Forger {
            cheap: Notice::signed(antom::paid(cheap, "100")),
            cheap_order: cheap.to_owned(),
            dear: Notice::signed(antom::paid(dear, "25000")),
            dear_order: dear.to_owned(),
            own: KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap(),
        }
    }

    /// The `number`th try: what it is, and the message.
    pub fn forgery(&self, number: usize) -> (&'static str, Notice) {
        let (name, forge) = FORGED[number % FORGERIES];
        let (mut notice, mut dice) = (self.dear.clone(), Dice::of(number as u64, &[0xF0]));
        forge(self, &mut notice, &mut dice);
        (name, notice)
    }

    /// What it would take.
    pub fn genuine(&self) -> &Notice {
        &self.dear
    }
}

fn flip(bytes: &mut [u8], dice: &mut Dice) {
    let at = dice.below(bytes.len());
    bytes[at] ^= 1 << dice.below(8);
}

fn header<'a>(notice: &'a mut Notice, name: &str) -> &'a mut String {
    &mut notice.headers.iter_mut().find(|(known, _)| *known == name).unwrap().1
}

/// The genuine signature's Base64.
fn decoded(notice: &mut Notice) -> String {
    let (_, signature) = header(notice, "signature").split_once("signature=").unwrap();
    url::form_urlencoded::parse(format!("x={signature}").as_bytes()).next().unwrap().1.into_owned()
}

fn sign_with(notice: &mut Notice, algorithm: &str, signature: &str) {
    let signature: String = url::form_urlencoded::byte_serialize(signature.as_bytes()).collect();
    *header(notice, "signature") =
        format!("algorithm={algorithm},keyVersion=1,signature={signature}");
}

fn content(notice: &mut Notice) -> Vec<u8> {
    antom::content(&notice.body)
}
