use latchkey_domain::provider::ProviderSpec;
use latchkey_domain::{Email, MemberName, Role};
use latchkey_storage::providers::{ProviderChange, SecretChange, Unlinking};
use latchkey_storage::{Proof, SetPassword};
use latchkey_testing::provider_spec;

use super::*;
use crate::testing::{PASSWORD, World};
use crate::{LinkToken, SignInRequest};

fn spec(slug: &str) -> ProviderSpec {
    provider_spec(slug, "https://login.example.com")
}

fn person(subject: &str, email: Option<&str>, email_verified: bool) -> Person {
    Person {
        subject: subject.to_owned().try_into().unwrap(),
        email: email.map(|email| email.parse().unwrap()),
        email_verified,
        name: Some(MemberName::parse("Ada L.").unwrap()),
        picture: None,
        bio: None,
    }
}

async fn added(world: &World, spec: ProviderSpec) -> Provider {
    let by = Actor::operator();
    let change = world
        .store
        .add_provider(spec, None, &by, world.clock.now())
        .await
        .unwrap();
    match change {
        ProviderChange::Done(provider) => provider,
        other => panic!("{other:?}"),
    }
}

async fn changed(world: &World, spec: ProviderSpec) -> Provider {
    let by = Actor::operator();
    let now = world.clock.now();
    match world
        .store
        .change_provider(spec, SecretChange::Keep, &by, now)
        .await
        .unwrap()
    {
        ProviderChange::Done(provider) => provider,
        other => panic!("{other:?}"),
    }
}

async fn signed_in(world: &World, provider: &Provider, person: &Person) -> Result<SignedInAs, Refusal> {
    let outcome = world
        .providers
        .sign_in(provider, person, &stranger(), (None, None))
        .await
        .unwrap();
    match outcome {
        Outcome::Refused(refusal) => Err(refusal),
        Outcome::Attempt(Attempt::SignedIn(signed_in)) => {
            Ok((signed_in.member, signed_in.opened.session.proof))
        }
        Outcome::Attempt(_) => panic!("a second factor is wanted"),
    }
}

fn stranger() -> Actor {
    Actor {
        address: Some("192.0.2.1".into()),
        ..Actor::operator()
    }
}

type SignedInAs = (Member, Option<Proof>);

fn email(text: &str) -> Email {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_verified_email_joins_a_member_once_and_the_id_counts_from_then_on() {
    for world in World::of_each_kind().await {
        let ada = world.member("ada@example.com").await;
        let guild = added(&world, spec("guild")).await;
        let (member, proof) = signed_in(&world, &guild, &person("7", Some("ada@example.com"), true))
            .await
            .unwrap();
        assert_eq!((member.id, proof), (ada.id, Some(Proof::Provider)));
        // Another email, not verified: the id says who it is.
        let again = person("7", Some("other@example.com"), false);
        assert_eq!(signed_in(&world, &guild, &again).await.unwrap().0.id, ada.id);
        // The address alone is nobody's any more: another id at the provider has it.
        let other = person("8", Some("ada@example.com"), true);
        assert_eq!(
            signed_in(&world, &guild, &other).await.unwrap_err(),
            Refusal::AnotherAccount(email("ada@example.com"))
        );
    }
}

#[tokio::test]
async fn an_unverified_email_takes_over_nobody() {
    for world in World::of_each_kind().await {
        world.member("ada@example.com").await;
        let guild = added(&world, spec("guild")).await;
        let liar = person("7", Some("ada@example.com"), false);
        assert_eq!(
            signed_in(&world, &guild, &liar).await.unwrap_err(),
            Refusal::EmailUnverified(email("ada@example.com"))
        );
        // Nor does it become a member, to whom its owner would be joined later.
        let new = person("8", Some("bob@example.com"), false);
        assert_eq!(
            signed_in(&world, &guild, &new).await.unwrap_err(),
            Refusal::EmailUnverified(email("bob@example.com"))
        );
        // Where the host knows better, both may.
        let guild = changed(
            &world,
            ProviderSpec {
                verifies_emails: true,
                ..spec("guild")
            },
        )
        .await;
        signed_in(&world, &guild, &liar).await.unwrap();
        let (bob, _) = signed_in(&world, &guild, &new).await.unwrap();
        assert_eq!((bob.role, bob.email_verified), (Role::Member, true));
    }
}

#[tokio::test]
async fn a_host_is_never_joined_by_an_address() {
    for world in World::of_each_kind().await {
        let ada = world.member("ada@example.com").await;
        let by = Actor::operator();
        world.roster.set_role(&ada.email, Role::Host, &by).await.unwrap();
        let ada = world.store.member(ada.id).await.unwrap().unwrap();
        let guild = added(
            &world,
            ProviderSpec {
                verifies_emails: true,
                ..spec("guild")
            },
        )
        .await;
        let person = person("7", Some("ada@example.com"), true);
        assert_eq!(
            signed_in(&world, &guild, &person).await.unwrap_err(),
            Refusal::LinkFirst(email("ada@example.com"))
        );
        // Who is signed in links the account.
        assert_eq!(
            world.providers.link(&guild, &person, &ada, &by).await.unwrap(),
            Ok(())
        );
        assert_eq!(signed_in(&world, &guild, &person).await.unwrap().0.id, ada.id);
    }
}

#[tokio::test]
async fn an_id_means_nothing_at_another_provider() {
    for world in World::of_each_kind().await {
        let guild = added(&world, spec("guild")).await;
        let club = added(&world, spec("club")).await;
        let person = person("7", None, false);
        let ada = world.member("ada@example.com").await;
        let by = Actor::operator();
        world
            .providers
            .link(&guild, &person, &ada, &by)
            .await
            .unwrap()
            .unwrap();
        signed_in(&world, &guild, &person).await.unwrap();
        assert_eq!(
            signed_in(&world, &club, &person).await.unwrap_err(),
            Refusal::NoEmail
        );
        // Nor does a member have two accounts of one provider, or an account two members.
        let bob = world.member("bob@example.com").await;
        let refused = world.providers.link(&guild, &person, &bob, &by).await.unwrap();
        assert_eq!(refused, Err(Refusal::AlreadyLinked));
    }
}

#[tokio::test]
async fn new_people_become_members_only_where_a_host_allows_it() {
    for world in World::of_each_kind().await {
        let closed = ProviderSpec {
            admits_new_people: false,
            ..spec("guild")
        };
        let guild = added(&world, closed).await;
        let bob = person("8", Some("bob@example.com"), true);
        assert_eq!(
            signed_in(&world, &guild, &bob).await.unwrap_err(),
            Refusal::NoMember
        );
        let guild = changed(&world, spec("guild")).await;
        let (member, _) = signed_in(&world, &guild, &bob).await.unwrap();
        assert_eq!(
            (member.name.as_str(), member.email.as_str()),
            ("Ada L.", "bob@example.com")
        );
    }
}

#[tokio::test]
async fn the_last_way_in_stays_linked() {
    for world in World::of_each_kind().await {
        let guild = added(&world, spec("guild")).await;
        let (bob, _) = signed_in(&world, &guild, &person("8", Some("bob@example.com"), true))
            .await
            .unwrap();
        let by = Actor {
            member: Some(bob.id),
            ..stranger()
        };
        let slug = "guild".parse().unwrap();
        let unlink = async || {
            let now = world.clock.now();
            world.store.unlink_account(bob.id, &slug, &by, now).await.unwrap()
        };
        assert_eq!(unlink().await, Unlinking::Last);
        let hash = world
            .passwords
            .hash(&crate::testing::new_password("correct horse"))
            .await
            .unwrap();
        let now = world.clock.now();
        world
            .store
            .set_password(&bob.email, SetPassword::of(hash), &by, now)
            .await
            .unwrap();
        // Where only providers count, a password is no way in.
        assert!(
            world
                .store
                .set_providers_only(true, &Actor::operator(), now)
                .await
                .unwrap()
        );
        assert_eq!(unlink().await, Unlinking::Last);
        world
            .store
            .set_providers_only(false, &Actor::operator(), now)
            .await
            .unwrap();
        assert_eq!(unlink().await, Unlinking::Done);
        assert_eq!(unlink().await, Unlinking::Unknown);
    }
}

#[tokio::test]
async fn where_only_providers_count_a_password_signs_in_hosts_alone() {
    for world in World::of_each_kind().await {
        let ada = world.member("ada@example.com").await;
        added(&world, spec("guild")).await;
        let (by, now) = (Actor::operator(), world.clock.now());
        assert!(world.store.set_providers_only(true, &by, now).await.unwrap());
        let attempt = async || {
            let request = SignInRequest {
                email: "ada@example.com".into(),
                password: PASSWORD.to_owned().into(),
                address: None,
                user_agent: None,
                request_id: None,
            };
            world.sign_in.attempt(request).await
        };
        let error = attempt().await.err().unwrap();
        assert!(matches!(error, AccountError::ProvidersOnly), "{error}");
        world.roster.set_role(&ada.email, Role::Host, &by).await.unwrap();
        assert!(attempt().await.is_ok());
        // The last provider stays on.
        let off = ProviderSpec {
            is_on: false,
            ..spec("guild")
        };
        let change = world
            .store
            .change_provider(off, SecretChange::Keep, &by, now)
            .await
            .unwrap();
        assert_eq!(change, ProviderChange::Needed);
        let deleted = world
            .store
            .delete_provider(&"guild".parse().unwrap(), &by, now)
            .await
            .unwrap();
        assert_eq!(deleted, ProviderChange::Needed);
    }
}

#[tokio::test]
async fn name_and_email_follow_if_a_host_wants_it() {
    for world in World::of_each_kind().await {
        let ada = world.member("ada@example.com").await;
        let following = ProviderSpec {
            follows_profile: true,
            ..spec("guild")
        };
        let guild = added(&world, following).await;
        signed_in(&world, &guild, &person("7", Some("ada@example.com"), true))
            .await
            .unwrap();
        let moved = person("7", Some("lovelace@example.com"), true);
        let (member, _) = signed_in(&world, &guild, &moved).await.unwrap();
        assert_eq!(
            (
                member.id,
                member.name.as_str(),
                member.email.as_str(),
                member.email_verified
            ),
            (ada.id, "Ada L.", "lovelace@example.com", true)
        );
        // One that was not verified, or is somebody else's, changes nothing.
        world.member("bob@example.com").await;
        for (email, verified) in [("evil@example.com", false), ("bob@example.com", true)] {
            let (member, _) = signed_in(&world, &guild, &person("7", Some(email), verified))
                .await
                .unwrap();
            assert_eq!(member.email.as_str(), "lovelace@example.com", "{email}");
        }
    }
}

#[tokio::test]
async fn a_suspended_member_stays_out() {
    for world in World::of_each_kind().await {
        let ada = world.member("ada@example.com").await;
        let guild = added(&world, spec("guild")).await;
        let person = person("7", Some("ada@example.com"), true);
        signed_in(&world, &guild, &person).await.unwrap();
        world
            .roster
            .set_suspended(&ada.email, true, &Actor::operator())
            .await
            .unwrap();
        assert_eq!(
            signed_in(&world, &guild, &person).await.unwrap_err(),
            Refusal::Suspended
        );
    }
}

#[tokio::test]
async fn a_journey_is_one_browsers_to_one_provider_once_and_for_ten_minutes() {
    for world in World::of_each_kind().await {
        let (guild, club) = (
            added(&world, spec("guild")).await,
            added(&world, spec("club")).await,
        );
        let start = async || {
            let purpose = Purpose::SignIn { again: false };
            world
                .providers
                .start(&guild, purpose, "/a?b", None)
                .await
                .unwrap()
        };
        let arrive = async |provider, state: &str, browser: &str| {
            let browsers = [browser.to_owned()].into_iter();
            world.providers.arrive(provider, state, browsers).await.unwrap()
        };
        let started = start().await;
        let journey = arrive(&guild, &started.state, &started.browser).await;
        assert_eq!(journey, Some(started.journey));
        assert_eq!(
            arrive(&guild, &started.state, &started.browser).await,
            None,
            "once"
        );
        let started = start().await;
        assert_eq!(
            arrive(&club, &started.state, &started.browser).await,
            None,
            "mixed up"
        );
        let (started, other) = (start().await, start().await);
        assert_eq!(
            arrive(&guild, &started.state, &other.browser).await,
            None,
            "another's"
        );
        let started = start().await;
        world.clock.advance(std::time::Duration::from_secs(600));
        assert_eq!(
            arrive(&guild, &started.state, &started.browser).await,
            None,
            "late"
        );
    }
}

#[tokio::test]
async fn a_mailed_link_links_in_the_browser_that_began_and_nowhere_else() {
    for world in World::of_each_kind().await {
        let ada = world.member("ada@example.com").await;
        let guild = added(&world, spec("guild")).await;
        let unverified = person("7", Some("ada@example.com"), false);
        let purpose = Purpose::SignIn { again: false };
        let started = world.providers.start(&guild, purpose, "/a", None).await.unwrap();
        let link = LinkByMail::of(&guild, &unverified, &started.journey);
        let kept = link.keep(ada.id, &*world.store, world.clock.now()).await;
        let detail = kept.unwrap().unwrap();
        // The mail server does not take the first.
        let (first, name) = world.links.for_account(&detail).await.unwrap();
        assert_eq!(name, "Guild");
        let browsers = [started.browser.clone()].into_iter();
        let arrived = world
            .providers
            .arrive(&guild, first.unwrap().expose(), browsers)
            .await;
        assert_eq!(arrived.unwrap(), None, "a link is no answer of a provider");
        let (token, _) = world.links.for_account(&detail).await.unwrap();
        let token = token.unwrap();
        let open = async |browser: &str| {
            let browsers = [browser.to_owned()].into_iter();
            let from = (None, None);
            let opened = world
                .providers
                .link_by_mail(&token, browsers, &stranger(), from)
                .await;
            opened.unwrap()
        };
        let other = world.providers.start(&guild, purpose, "/", None).await.unwrap();
        assert!(open(&other.browser).await.is_none());
        let (return_to, outcome) = open(&started.browser).await.unwrap();
        assert_eq!(return_to, "/a");
        assert!(matches!(outcome, Outcome::Attempt(Attempt::SignedIn(_))));
        assert!(open(&started.browser).await.is_none(), "once");
        assert_eq!(signed_in(&world, &guild, &unverified).await.unwrap().0.id, ada.id);
    }
}

#[tokio::test]
async fn a_mailed_link_is_over_after_an_hour_and_makes_nobody_a_host() {
    for world in World::of_each_kind().await {
        let ada = world.member("ada@example.com").await;
        let guild = added(&world, spec("guild")).await;
        let purpose = Purpose::SignIn { again: false };
        let mailed = async |subject: &str| {
            let unverified = person(subject, Some("ada@example.com"), false);
            let started = world.providers.start(&guild, purpose, "/", None).await.unwrap();
            let link = LinkByMail::of(&guild, &unverified, &started.journey);
            let kept = link.keep(ada.id, &*world.store, world.clock.now()).await;
            let (token, _) = world.links.for_account(&kept.unwrap().unwrap()).await.unwrap();
            (token.unwrap(), started.browser)
        };
        let open = async |(token, browser): (LinkToken, String)| {
            let browsers = [browser].into_iter();
            let from = (None, None);
            let opened = world
                .providers
                .link_by_mail(&token, browsers, &stranger(), from)
                .await;
            opened.unwrap().map(|(_, outcome)| outcome)
        };
        let late = mailed("7").await;
        world.clock.advance(std::time::Duration::from_secs(60 * 60));
        assert!(open(late).await.is_none());
        let off = mailed("9").await;
        let spec_of = |is_on| ProviderSpec {
            is_on,
            ..spec("guild")
        };
        changed(&world, spec_of(false)).await;
        assert!(open(off).await.is_none(), "it was turned off since");
        changed(&world, spec_of(true)).await;
        let waits = mailed("8").await;
        let by = Actor::operator();
        world.roster.set_role(&ada.email, Role::Host, &by).await.unwrap();
        assert!(matches!(
            open(waits).await,
            Some(Outcome::Refused(Refusal::LinkFirst(_)))
        ));
        assert!(world.store.linked_accounts(ada.id).await.unwrap().is_empty());
    }
}
