//! A device in software, which does what a test tells it, honest or not.

use latchkey_domain::Actor;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

use super::*;
use crate::testing::World;

const ORIGIN: &str = "https://club.example";

/// User present, user verified.
const PRESENT: u8 = 0b0000_0101;

/// With the data of a new credential.
const ATTESTED: u8 = 0b0100_0000;

struct Device {
    key: EcdsaKeyPair,
    credential: Vec<u8>,
    handle: Value,
    counter: u32,
    origin: &'static str,
    rp_id: &'static str,
    flags: u8,
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Device {
    fn new(number: u8) -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        Self {
            key: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).unwrap(),
            credential: vec![number; 32],
            handle: Value::Null,
            counter: 0,
            origin: ORIGIN,
            rp_id: "club.example",
            flags: PRESENT,
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

    /// Makes a credential (`WebAuthn` section 6.5), without attestation.
    fn create(&mut self, ceremony: &Ceremony) -> String {
        let options: Value = serde_json::from_str(&ceremony.options).unwrap();
        self.handle = options["user"]["id"].clone();
        let point = self.key.public_key().as_ref();
        // A COSE key: EC2, ES256, P-256 (RFC 9053 section 7.1.1).
        let mut cose = vec![0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
        cose.extend(&point[1..33]);
        cose.extend([0x22, 0x58, 0x20]);
        cose.extend(&point[33..65]);
        let mut data = self.head(self.flags | ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.credential.len()).unwrap().to_be_bytes());
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
        attestation.extend([0x58, u8::try_from(data.len()).unwrap()]);
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

    /// Signs a challenge (section 6.3.3).
    fn get(&mut self, ceremony: &Ceremony) -> String {
        let options: Value = serde_json::from_str(&ceremony.options).unwrap();
        let data = self.head(self.flags);
        let client_data = self.client_data("webauthn.get", &options);
        let signed = [data.as_slice(), &Sha256::digest(&client_data)].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
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

fn passkeys(world: &World) -> Passkeys {
    Passkeys::at(
        ORIGIN,
        "club.example",
        world.store.clone(),
        world.clock.clone(),
        [3; 32],
    )
    .unwrap()
}

async fn add(world: &World, member: &Member, device: &mut Device) -> Result<(), AccountError> {
    let passkeys = passkeys(world);
    let ceremony = passkeys.begin_adding(member).await.unwrap().unwrap();
    let answer = device.create(&ceremony);
    passkeys
        .add(member, (&ceremony.state, &answer, "Phone"), &Actor::operator())
        .await
}

async fn signs_in(world: &World, device: &mut Device) -> Result<Member, AccountError> {
    let passkeys = passkeys(world);
    let ceremony = passkeys.begin_sign_in().unwrap();
    let answer = device.get(&ceremony);
    passkeys.sign_in(&ceremony.state, &answer).await
}

fn is_refused<T>(result: &Result<T, AccountError>) -> bool {
    matches!(result, Err(AccountError::PasskeyRefused))
}

#[tokio::test]
async fn a_passkey_signs_in_its_member() {
    for world in World::of_each_kind().await {
        let (ada, bob) = (
            world.member("ada@example.com").await,
            world.member("bob@example.com").await,
        );
        let (mut phone, mut key) = (Device::new(1), Device::new(2));
        add(&world, &ada, &mut phone).await.unwrap();
        add(&world, &bob, &mut key).await.unwrap();
        assert_eq!(signs_in(&world, &mut phone).await.unwrap().id, ada.id);
        assert_eq!(signs_in(&world, &mut key).await.unwrap().id, bob.id);
        let list = passkeys(&world).list(ada.id).await.unwrap();
        assert_eq!((list.len(), list[0].name.as_str()), (1, "Phone"));
        assert!(list[0].last_used_at.is_some());
        assert!(
            passkeys(&world)
                .remove(&ada, list[0].id, &Actor::operator())
                .await
                .unwrap()
        );
        assert!(is_refused(&signs_in(&world, &mut phone).await));
        // Not that of somebody else.
        let of_bob = passkeys(&world).list(bob.id).await.unwrap()[0].id;
        assert!(
            !passkeys(&world)
                .remove(&ada, of_bob, &Actor::operator())
                .await
                .unwrap()
        );
    }
}

#[tokio::test]
async fn another_site_another_name_and_no_finger_are_refused() {
    type Change = fn(&mut Device);
    for world in World::of_each_kind().await {
        let ada = world.member("ada@example.com").await;
        let mut phone = Device::new(1);
        add(&world, &ada, &mut phone).await.unwrap();
        let changes: [Change; 5] = [
            |device| device.origin = "https://club.example.evil.example",
            |device| device.origin = "http://club.example",
            |device| device.origin = "https://club.example:8443",
            |device| device.rp_id = "evil.example",
            |device| device.flags = 1, // Present, and not verified.
        ];
        for change in changes {
            let mut device = Device::new(9);
            change(&mut device);
            assert!(is_refused(&add(&world, &ada, &mut device).await));
            change(&mut phone);
            assert!(is_refused(&signs_in(&world, &mut phone).await));
            (phone.origin, phone.rp_id, phone.flags) = (ORIGIN, "club.example", PRESENT);
        }
        signs_in(&world, &mut phone).await.unwrap();
    }
}

#[tokio::test]
async fn a_credential_is_of_one_member_and_one_key() {
    for world in World::of_each_kind().await {
        let (ada, bob) = (
            world.member("ada@example.com").await,
            world.member("bob@example.com").await,
        );
        let (mut of_ada, mut of_bob) = (Device::new(1), Device::new(2));
        add(&world, &ada, &mut of_ada).await.unwrap();
        add(&world, &bob, &mut of_bob).await.unwrap();
        // Bob's key under the id of Ada's credential, with either handle.
        let mut forged = Device::new(1);
        for handle in [of_ada.handle.clone(), of_bob.handle.clone()] {
            forged.handle = handle;
            assert!(is_refused(&signs_in(&world, &mut forged).await));
        }
        // Ada's own, which says that it is Bob.
        let own = std::mem::replace(&mut of_ada.handle, of_bob.handle.clone());
        assert!(is_refused(&signs_in(&world, &mut of_ada).await));
        of_ada.handle = own;
        // A credential that is known is not added to another account, or twice.
        let mut again = Device::new(1);
        assert!(is_refused(&add(&world, &bob, &mut again).await));
        signs_in(&world, &mut of_ada).await.unwrap();
    }
}

#[tokio::test]
async fn a_counter_that_goes_back_is_a_copy() {
    for world in World::of_each_kind().await {
        let ada = world.member("ada@example.com").await;
        let mut phone = Device::new(1);
        phone.counter = 5;
        add(&world, &ada, &mut phone).await.unwrap();
        phone.counter = 9;
        signs_in(&world, &mut phone).await.unwrap();
        for counter in [9, 6, 0] {
            phone.counter = counter;
            assert!(is_refused(&signs_in(&world, &mut phone).await), "{counter}");
        }
        phone.counter = 10;
        signs_in(&world, &mut phone).await.unwrap();
    }
}

#[tokio::test]
async fn a_challenge_works_once_for_a_while_and_for_its_purpose() {
    for world in World::of_each_kind().await {
        let ada = world.member("ada@example.com").await;
        let mut phone = Device::new(1);
        add(&world, &ada, &mut phone).await.unwrap();
        let passkeys = passkeys(&world);
        let ceremony = passkeys.begin_sign_in().unwrap();
        let answer = phone.get(&ceremony);
        let (one, other) = tokio::join!(
            passkeys.sign_in(&ceremony.state, &answer),
            passkeys.sign_in(&ceremony.state, &answer)
        );
        assert_eq!(
            [one.is_ok(), other.is_ok()].iter().filter(|done| **done).count(),
            1
        );
        assert!(is_refused(&passkeys.sign_in(&ceremony.state, &answer).await));

        let (late, other) = (
            passkeys.begin_sign_in().unwrap(),
            passkeys.begin_sign_in().unwrap(),
        );
        let adding = passkeys.begin_adding(&ada).await.unwrap().unwrap();
        let answer = phone.get(&late);
        let changed = format!("{}A", late.state);
        for state in [other.state.as_str(), &adding.state, &changed, "", "."] {
            assert!(is_refused(&passkeys.sign_in(state, &answer).await), "{state}");
        }
        for wrong in ["", "{}", "[]", &"x".repeat(100_000)] {
            assert!(is_refused(&passkeys.sign_in(&late.state, wrong).await));
        }
        world.clock.advance(LIFETIME);
        assert!(is_refused(&passkeys.sign_in(&late.state, &answer).await));
        // A ceremony of one member adds nothing to another.
        let bob = world.member("bob@example.com").await;
        let ceremony = passkeys.begin_adding(&ada).await.unwrap().unwrap();
        let made = Device::new(7).create(&ceremony);
        let crossed = passkeys
            .add(&bob, (&ceremony.state, &made, ""), &Actor::operator())
            .await;
        assert!(is_refused(&crossed));
    }
}

#[tokio::test]
async fn a_suspended_member_is_out_and_the_last_way_in_stays() {
    for world in World::of_each_kind().await {
        let by = Actor::operator();
        let ada = world.member("ada@example.com").await;
        let mut phone = Device::new(1);
        add(&world, &ada, &mut phone).await.unwrap();
        world.roster.set_suspended(&ada.email, true, &by).await.unwrap();
        assert!(matches!(
            signs_in(&world, &mut phone).await,
            Err(AccountError::Suspended)
        ));

        // Who never had a password chooses a passkey with a link.
        let new = crate::NewMember {
            email: "eve@example.com".parse().unwrap(),
            name: latchkey_domain::MemberName::parse("Eve").unwrap(),
            role: latchkey_domain::Role::Member,
            password: None,
        };
        let eve = world.roster.add(new, &by).await.unwrap();
        let link = world
            .links
            .invite(vec![eve.clone()], &by)
            .await
            .unwrap()
            .remove(0)
            .token;
        let passkeys = passkeys(&world);
        let ceremony = passkeys.begin_adding(&eve).await.unwrap().unwrap();
        let mut tablet = Device::new(3);
        let answer = tablet.create(&ceremony);
        let made = (ceremony.state.as_str(), answer.as_str(), "");
        assert_eq!(
            passkeys.choose((&link, eve.id), made, &by).await.unwrap().id,
            eve.id
        );
        assert!(matches!(
            passkeys.choose((&link, eve.id), made, &by).await,
            Err(AccountError::LinkOver)
        ));
        assert_eq!(signs_in(&world, &mut tablet).await.unwrap().id, eve.id);
        let only = passkeys.list(eve.id).await.unwrap()[0].id;
        assert!(matches!(
            passkeys.remove(&eve, only, &by).await,
            Err(AccountError::LastWayIn)
        ));
        // A host resets it: nothing is left, and a link helps.
        assert!(world.second_factor.remove(&eve, &by).await.unwrap());
        assert!(is_refused(&signs_in(&world, &mut tablet).await));
        let listed = world.roster.find(eve.id).await.unwrap().unwrap();
        assert_eq!(listed.state(), latchkey_domain::MemberState::NotInvited);
    }
}
