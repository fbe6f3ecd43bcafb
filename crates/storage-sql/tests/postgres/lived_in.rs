//! A network with something in every table, and numbers that were given and are free no more.

use std::time::Duration;

use latchkey_domain::content::{BillingInterval, SpaceId, SpaceVisibility, Viewer};
use latchkey_domain::{Application, IdTokenAlgorithm, Member, NetworkName, Role, Timestamp};
use latchkey_storage::content::{
    Community, NewCommunityPost, NewCourse, NewEnrolment, NewEvent, NewLesson, NewMembershipPlan, NewPost,
    NewReply,
};
use latchkey_storage::providers::{Linking, NewLinkedAccount, ProviderChange, WaitingKey, WaitingSignIn};
use latchkey_storage::{
    ActivityKind, AuditAction, AuditEntry, CeremonyKey, GrantedSignIn, LinkKey, LinkPurpose, MailKind,
    NetworkChange, NewActivity, NewGrant, NewMail, NewPasskey, NewSession, NewSignInLink, Proof, RecoveryKey,
    Resource, SecretAdded, SecretRetired, SigningKey, Store, UsageCount,
};

use crate::content::{add, rich_text, space, title};
use crate::fixtures::{
    add_application, add_applications, add_member, at, connect, new_application, new_grant, new_member,
    new_session, operator, provider_spec, public_spec, secret,
};

/// Lives in `store`.
// A little of everything.
#[allow(clippy::too_many_lines)]
pub(crate) async fn live(store: &dyn Store) {
    store.mark_demo().await.unwrap();
    let name = NetworkChange {
        name: NetworkName::parse("River Club “Ω”").ok(),
        ..NetworkChange::default()
    };
    store.change_network(name, &operator(), at(0)).await.unwrap();
    let ada = store
        .add_member(new_member("ada@b.example", Role::Host), &operator(), at(0))
        .await
        .unwrap()
        .unwrap();
    let bob = add_member(store, "bob@b.example").await;
    let gone = add_member(store, "gone@b.example").await;
    let [one, two, other] = add_applications(store, ["CRM", "Über", "Gone"]).await;
    store
        .create_application(new_application(public_spec("Phone")), &operator(), at(1))
        .await
        .unwrap();
    store
        .set_paused(&two.client_id, true, &operator(), at(2))
        .await
        .unwrap();
    let logo = ("0123456789abcdef0123456789abcdef".parse().unwrap(), vec![7, 0, 8]);
    store
        .set_application_logo(&one.client_id, Some(logo.clone()), &operator(), at(3))
        .await
        .unwrap()
        .unwrap();
    store
        .set_network_logo(Some(logo), &operator(), at(4))
        .await
        .unwrap();
    connect(store, &one, &ada, at(10)).await;
    connect(store, &one, &bob, at(11)).await;
    connect(store, &two, &bob, at(12)).await;
    store
        .create_grant(new_grant(&two, &ada, "read:posts"), at(13))
        .await
        .unwrap()
        .unwrap();
    store.disconnect(bob.id, &two.client_id, at(14)).await.unwrap();
    for (number, member) in [(1, &ada), (2, &bob), (3, &gone)] {
        let session = NewSession {
            network: (number != 2).then(|| format!("network {number}")),
            address: (number == 1).then(|| "192.0.2.7".into()),
            user_agent: Some("Browser".into()),
            ..new_session(member, number, at(1_000_000))
        };
        store.open_session(session, at(20)).await.unwrap().unwrap();
    }
    let link = NewSignInLink {
        key: LinkKey([7; 32]),
        member: bob.id,
        expires_at: at(1_000_000),
        purpose: LinkPurpose::ByHand,
    };
    let about = bob.email.to_string();
    store
        .add_links(vec![link], about, &operator(), at(21))
        .await
        .unwrap();
    let mail = NewMail {
        member: bob.id,
        kind: MailKind::NewPlace,
        address: Some("else@b.example".parse().unwrap()),
        detail: "Firefox on Linux".into(),
    };
    assert_eq!(store.queue_mails(vec![mail], None, at(22)).await.unwrap(), 1);
    let shared = "JBSWY3DPEHPK3PXP".to_owned().into();
    assert!(store.begin_authenticator(bob.id, shared, at(23)).await.unwrap());
    let codes = vec![RecoveryKey([1; 32]), RecoveryKey([2; 32])];
    let confirmed = store
        .confirm_authenticator(bob.id, 7, codes, &operator(), at(23))
        .await;
    assert!(confirmed.unwrap());
    let used = store
        .use_recovery_code(bob.id, RecoveryKey([1; 32]), &operator(), at(24))
        .await;
    assert!(used.unwrap());
    let passkey = NewPasskey {
        member: bob.id,
        credential: vec![3; 20],
        data: "{\"counter\":1}".into(),
        name: "Phone".into(),
        ceremony: CeremonyKey([4; 32]),
    };
    assert!(store.add_passkey(passkey, &operator(), at(25)).await.unwrap());
    for (id, algorithm) in (1..).zip(IdTokenAlgorithm::ALL) {
        let key = SigningKey {
            id,
            algorithm,
            private: "cHJpdmF0ZQ==".to_owned().into(),
            signs_from: at(26),
        };
        assert!(store.add_signing_key(key, at(26)).await.unwrap());
    }
    let signed_in = NewGrant {
        sign_in: Some(GrantedSignIn {
            at: at(20),
            proof: Some(Proof::Passkey),
            nonce: Some("n-1".into()),
        }),
        resource: Some(Resource::HeadlessApi),
        ..new_grant(&one, &bob, "read:posts")
    };
    store.create_grant(signed_in, at(27)).await.unwrap().unwrap();
    let picture = ("fedcba9876543210fedcba9876543210".parse().unwrap(), vec![8, 0, 9]);
    assert!(
        store
            .set_picture(bob.id, Some(picture), &operator(), at(28))
            .await
            .unwrap()
    );
    provider(store, &bob).await;
    for member in [&bob, &gone] {
        store.sign_in_profile(member.id).await.unwrap().unwrap();
    }
    for (application, member) in [(&one, Some(ada.id)), (&two, None)] {
        let event = |request_id: &str| NewActivity {
            succeeded: member.is_some(),
            member,
            request_id: Some(request_id.into()),
            ..NewActivity::failed(
                &application.client_id,
                at(30),
                ActivityKind::CodeExchange,
                "it’s a “message”\twith\nlines",
            )
        };
        // The second is counted with the first.
        let events = vec![event("r0"), event("r1")];
        store.record_activity(events).await.unwrap();
    }
    let count = UsageCount {
        client_id: one.client_id.clone(),
        hour: Timestamp::from_millis(3_600_000),
        requests: 7,
        failures: 1,
    };
    store.add_usage(vec![count]).await.unwrap();
    guesses(store).await;
    add(store, community()).await;
    let post = NewPost {
        space: SpaceId(1),
        title: title("Through an application"),
        body: rich_text("Rye"),
    };
    let written = store.create_post(Viewer::of(&ada), post, at(39)).await.unwrap();
    written.done().unwrap();
    // The last of some are gone; their numbers are not given again.
    connect(store, &other, &gone, at(40)).await;
    store
        .delete_application(&other.client_id, &operator(), at(41))
        .await
        .unwrap();
    store
        .delete_application(
            &add_application(store, "Gone too").await.client_id,
            &operator(),
            at(41),
        )
        .await
        .unwrap();
    store
        .remove_member(&gone.email, &operator(), at(42))
        .await
        .unwrap()
        .done()
        .unwrap();
    secrets(store, &one, &two).await;
    let year = Duration::from_secs(365 * 24 * 3_600);
    store.note_refresh_lifetime(year).await.unwrap();
}

/// A provider with a secret, an account there, and somebody who is on the way to it.
async fn provider(store: &dyn Store, member: &Member) {
    let secret = Some("secret at the guild".to_owned().into());
    let added = store
        .add_provider(provider_spec("guild"), secret, &operator(), at(29))
        .await;
    let ProviderChange::Done(guild) = added.unwrap() else {
        panic!("the provider was not added");
    };
    let account = NewLinkedAccount {
        provider: guild.id,
        subject: "7".to_owned().try_into().unwrap(),
        label: "bob@guild.example".into(),
    };
    let linked = store.link_account(member.id, account, &operator(), at(29)).await;
    assert_eq!(linked.unwrap(), Linking::Done);
    let waiting = WaitingSignIn {
        provider: guild.id,
        content: "{}".into(),
        expires_at: at(1_000_000),
    };
    let kept = store
        .begin_provider_sign_in(WaitingKey([5; 32]), waiting, 10, at(29))
        .await;
    kept.unwrap();
}

/// Someone guesses a host's password.
async fn guesses(store: &dyn Store) {
    let guess = AuditEntry {
        at: at(35),
        actor: operator(),
        action: AuditAction::SignInFailed,
        target: "ada@b.example".into(),
        detail: String::new(),
    };
    for _ in 0..3 {
        store.note(guess.clone()).await.unwrap();
    }
}

/// One application has two secrets, one of them used; of another the first was retired.
async fn secrets(store: &dyn Store, both: &Application, retired: &Application) {
    let by = operator();
    for application in [both, retired] {
        let first = store
            .application_listing(&application.client_id, latchkey_domain::Timestamp::from_millis(0))
            .await
            .unwrap();
        let first = first.unwrap().secrets[0].id;
        store.secret_used(first, at(50)).await.unwrap();
        let added = store.add_client_secret(&application.client_id, secret(), &by, at(51));
        assert!(matches!(added.await.unwrap(), SecretAdded::Added(_)));
        if application.client_id == retired.client_id {
            let gone = store.retire_client_secret(&application.client_id, first, &by, at(52));
            assert_eq!(gone.await.unwrap(), SecretRetired::Retired);
        }
    }
}

fn community() -> Community {
    let ada = || Some("ada@b.example".parse().unwrap());
    let reply = |text: &str| NewReply {
        author: None,
        body: rich_text(text),
        created_at: Some(at(4)),
    };
    let post = |space: &str, name: &str, text: &str| NewCommunityPost {
        space: space.parse().unwrap(),
        author: ada(),
        title: title(name),
        body: rich_text(text),
        created_at: Some(at(3)),
        comments: vec![reply("Mine is rye bread"), reply("with sourdough")],
    };
    Community {
        spaces: vec![
            space("bakery", SpaceVisibility::Public, &["bob@b.example"]),
            space("cellar", SpaceVisibility::Private, &["ada@b.example"]),
        ],
        posts: vec![
            post("bakery", "Ovens", "A crust wants steam, and sourdough wants time"),
            post("bakery", "Crème brûlée", "is no bread. 🥖"),
            post("cellar", "Sourdough secrets", "Keep the jar in the cellar"),
        ],
        events: vec![NewEvent {
            space: None,
            organizer: ada(),
            title: title("Bread day"),
            description: rich_text("Bring flour"),
            location: Some("Kitchen".into()),
            starts_at: at(100),
            ends_at: at(200),
            created_at: None,
        }],
        plans: vec![NewMembershipPlan {
            name: title("Patron"),
            description: "All of it".into(),
            price_cents: 1_250,
            currency: "EUR".parse().unwrap(),
            interval: BillingInterval::Month,
            created_at: None,
        }],
        courses: vec![NewCourse {
            slug: "rye".parse().unwrap(),
            title: title("Rye bread"),
            description: "From the grain".into(),
            created_at: None,
            lessons: ["Grain", "Leaven"]
                .map(|name| NewLesson {
                    title: title(name),
                    body: rich_text(name),
                    minutes: 5,
                })
                .into(),
            enrolments: vec![NewEnrolment {
                member: "bob@b.example".parse().unwrap(),
                enrolled_at: None,
                completed: vec![at(50)],
            }],
        }],
        ..Community::default()
    }
}
