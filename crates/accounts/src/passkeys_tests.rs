//! Passkeys of a device in software, honest or not.

use latchkey_domain::Actor;
use latchkey_testing::passkey::{Device, VERIFIED};

use super::*;
use crate::testing::World;

const ORIGIN: &str = "https://club.example";

fn device(number: u8) -> Device {
    Device::new(number, ORIGIN, "club.example")
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
    let answer = device.create(&ceremony.options);
    passkeys
        .add(member, (&ceremony.state, &answer, "Phone"), &Actor::operator())
        .await
}

async fn signs_in(world: &World, device: &mut Device) -> Result<Member, AccountError> {
    let passkeys = passkeys(world);
    let ceremony = passkeys.begin_sign_in().unwrap();
    let answer = device.get(&ceremony.options);
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
        let (mut phone, mut key) = (device(1), device(2));
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
        let mut phone = device(1);
        add(&world, &ada, &mut phone).await.unwrap();
        let changes: [Change; 5] = [
            |device| device.origin = "https://club.example.evil.example".into(),
            |device| device.origin = "http://club.example".into(),
            |device| device.origin = "https://club.example:8443".into(),
            |device| device.rp_id = "evil.example".into(),
            |device| device.flags = 1, // Present, and not verified.
        ];
        for change in changes {
            let mut device = device(9);
            change(&mut device);
            assert!(is_refused(&add(&world, &ada, &mut device).await));
            change(&mut phone);
            assert!(is_refused(&signs_in(&world, &mut phone).await));
            (phone.origin, phone.rp_id, phone.flags) = (ORIGIN.into(), "club.example".into(), VERIFIED);
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
        let (mut of_ada, mut of_bob) = (device(1), device(2));
        add(&world, &ada, &mut of_ada).await.unwrap();
        add(&world, &bob, &mut of_bob).await.unwrap();
        // Bob's key under the id of Ada's credential, with either handle.
        let mut forged = device(1);
        for handle in [of_ada.handle.clone(), of_bob.handle.clone()] {
            forged.handle = handle;
            assert!(is_refused(&signs_in(&world, &mut forged).await));
        }
        // Ada's own, which says that it is Bob.
        let own = std::mem::replace(&mut of_ada.handle, of_bob.handle.clone());
        assert!(is_refused(&signs_in(&world, &mut of_ada).await));
        of_ada.handle = own;
        // A credential that is known is not added to another account, or twice.
        let mut again = device(1);
        assert!(is_refused(&add(&world, &bob, &mut again).await));
        signs_in(&world, &mut of_ada).await.unwrap();
    }
}

#[tokio::test]
async fn a_counter_that_goes_back_is_a_copy() {
    for world in World::of_each_kind().await {
        let ada = world.member("ada@example.com").await;
        let mut phone = device(1);
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
        let mut phone = device(1);
        add(&world, &ada, &mut phone).await.unwrap();
        let passkeys = passkeys(&world);
        let ceremony = passkeys.begin_sign_in().unwrap();
        let answer = phone.get(&ceremony.options);
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
        let answer = phone.get(&late.options);
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
        let made = device(7).create(&ceremony.options);
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
        let mut phone = device(1);
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
        let mut tablet = device(3);
        let answer = tablet.create(&ceremony.options);
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
