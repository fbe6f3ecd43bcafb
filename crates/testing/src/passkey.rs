//! A device with a passkey, in software. It does what a test tells it, honest or not.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The flags of an honest answer: user present, user verified.
pub const VERIFIED: u8 = 0b0000_0101;

/// With the data of a new credential.
const ATTESTED: u8 = 0b0100_0000;

/// A device with one credential.
pub struct Device {
    key: EcdsaKeyPair,
    credential: Vec<u8>,
    /// What it says whose credential it is.
    pub handle: Value,
    /// How often it was used, as it says.
    pub counter: u32,
    /// The origin of the page, as the browser says.
    pub origin: String,
    /// The name of the site.
    pub rp_id: String,
    /// What it says of the user.
    pub flags: u8,
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The options that a page has for the browser, which are JSON.
fn read(options: &str) -> Value {
    serde_json::from_str(options).expect("options are JSON")
}

impl Device {
    /// A device with a new key, for the site `rp_id` with pages at `origin`. Devices of one number have the same credential id.
    pub fn new(number: u8, origin: &str, rp_id: &str) -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let key = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key is made");
        Self {
            key: EcdsaKeyPair::from_pkcs8(algorithm, key.as_ref(), &random).expect("it is a key"),
            credential: vec![number; 32],
            handle: Value::Null,
            counter: 0,
            origin: origin.to_owned(),
            rp_id: rp_id.to_owned(),
            flags: VERIFIED,
        }
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let data = json!({
            "type": kind,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": false,
        });
        data.to_string().into_bytes()
    }

    fn head(&self, flags: u8) -> Vec<u8> {
        let hash = Sha256::digest(self.rp_id.as_bytes());
        [hash.as_slice(), &[flags], &self.counter.to_be_bytes()].concat()
    }

    /// Makes the credential (`WebAuthn` section 6.5), without attestation: the answer for the form.
    pub fn create(&mut self, options: &str) -> String {
        let options = read(options);
        self.handle = options["user"]["id"].clone();
        let point = self.key.public_key().as_ref();
        // A COSE key: EC2, ES256, P-256 (RFC 9053 section 7.1.1).
        let mut cose = vec![0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
        cose.extend(&point[1..33]);
        cose.extend([0x22, 0x58, 0x20]);
        cose.extend(&point[33..65]);
        let mut data = self.head(self.flags | ATTESTED);
        data.extend([0; 16]);
        data.extend([0, 32]);
        data.extend(&self.credential);
        data.extend(cose);
        let mut attestation = vec![0xA3, 0x63];
        attestation.extend(b"fmt");
        attestation.push(0x64);
        attestation.extend(b"none");
        attestation.push(0x67);
        attestation.extend(b"attStmt");
        attestation.extend([0xA0, 0x68]);
        attestation.extend(b"authData");
        attestation.extend([0x58, u8::try_from(data.len()).expect("it is short")]);
        attestation.extend(data);
        let id = encoded(&self.credential);
        let client_data = self.client_data("webauthn.create", &options);
        json!({
            "id": id, "rawId": id, "type": "public-key", "extensions": {},
            "response": {
                "attestationObject": encoded(&attestation),
                "clientDataJSON": encoded(&client_data),
            },
        })
        .to_string()
    }

    /// Signs the challenge (section 6.3.3): the answer for the form.
    pub fn get(&self, options: &str) -> String {
        let options = read(options);
        let data = self.head(self.flags);
        let client_data = self.client_data("webauthn.get", &options);
        let signed = [data.as_slice(), &Sha256::digest(&client_data)].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("it signs");
        let id = encoded(&self.credential);
        json!({
            "id": id, "rawId": id, "type": "public-key", "extensions": {},
            "response": {
                "authenticatorData": encoded(&data),
                "clientDataJSON": encoded(&client_data),
                "signature": encoded(signature.as_ref()),
                "userHandle": self.handle,
            },
        })
        .to_string()
    }
}
