//! What programs that sign people in learn of a member.

use latchkey_domain::content::{Picture, SpaceVisibility};
use latchkey_domain::{LogoId, MemberName, Role, Username};
use latchkey_storage::content::Community;
use latchkey_storage::sign_in_profiles::MOST_SPACES;
use latchkey_storage::{AddMember, AuditAction, SignInProfile, Store};

use crate::content::{add, space};
use crate::fixtures::{add_member, add_members, at, new_member, operator, store};

fn named(email: &str, name: &str) -> AddMember {
    AddMember {
        name: MemberName::parse(name).unwrap(),
        ..new_member(email, Role::Member)
    }
}

async fn join(store: &dyn Store, email: &str, name: &str) -> latchkey_domain::Member {
    let added = store.add_member(named(email, name), &operator(), at(1)).await;
    added.unwrap().unwrap()
}

async fn profile(store: &dyn Store, member: &latchkey_domain::Member) -> SignInProfile {
    store.sign_in_profile(member.id).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_username_is_unique_stays_and_is_never_given_again() {
    let store = store();
    let (one, two) = (
        join(&*store, "one@b.example", "Ada Lovelace").await,
        join(&*store, "two@b.example", "ÁDA lovelace").await,
    );
    let username = async |member| profile(&*store, member).await.username.as_str().to_owned();
    assert_eq!(username(&one).await, "ada-lovelace");
    assert_eq!(username(&two).await, format!("ada-lovelace-{}", two.id));
    let name = MemberName::parse("Countess").unwrap();
    store.set_name(one.id, name, &operator(), at(2)).await.unwrap();
    assert_eq!(username(&one).await, "ada-lovelace");

    store.remove_member(&one.email, &operator(), at(3)).await.unwrap();
    assert_eq!(store.sign_in_profile(one.id).await.unwrap(), None);
    let three = join(&*store, "three@b.example", "Ada Lovelace").await;
    assert_eq!(username(&three).await, format!("ada-lovelace-{}", three.id));
}

/// Of many requests at once, and a member who has the name that another one's number gives.
#[tokio::test]
async fn many_at_once_get_one_username_each() {
    let store = store();
    let ada = join(&*store, "ada@b.example", "Ada").await;
    let other = join(&*store, "other@b.example", &format!("Ada {}", ada.id.0 + 2)).await;
    assert_eq!(
        profile(&*store, &other).await.username.as_str(),
        format!("ada-{}", ada.id.0 + 2)
    );
    let last = join(&*store, "last@b.example", "Ada").await;
    let ask = async || {
        let (one, two) = tokio::join!(store.sign_in_profile(ada.id), store.sign_in_profile(last.id));
        (one.unwrap().unwrap().username, two.unwrap().unwrap().username)
    };
    let (a, b, c, d) = tokio::join!(ask(), ask(), ask(), ask());
    let seen: [(Username, Username); 4] = [a, b, c, d];
    assert!(seen.iter().all(|both| *both == seen[0]), "{seen:?}");
    assert_ne!(seen[0].0, seen[0].1);
    assert_ne!(seen[0].0, profile(&*store, &other).await.username);
}

#[tokio::test]
async fn a_profile_tells_when_it_changed() {
    let store = store();
    let ada = join(&*store, "ada@b.example", "Ada").await;
    let changed = async || profile(&*store, &ada).await.changed_at;
    assert_eq!(changed().await, at(1));
    let name = MemberName::parse("Ada L").unwrap();
    store.set_name(ada.id, name, &operator(), at(5)).await.unwrap();
    assert_eq!(changed().await, at(5));
    store
        .set_role(&ada.email, Role::Moderator, &operator(), at(6))
        .await
        .unwrap();
    assert_eq!(changed().await, at(6));
}

#[tokio::test]
async fn a_picture_goes_with_its_member_unless_another_has_it() {
    let store = store();
    let [ada, bob] = add_members(&*store, ["ada@b.example", "bob@b.example"]).await;
    let id = |letter: &str| letter.repeat(LogoId::LENGTH).parse::<LogoId>().unwrap();
    let set = async |member: &latchkey_domain::Member, letter: &str, seconds| {
        let picture = (!letter.is_empty()).then(|| (id(letter), vec![7]));
        let set = store
            .set_picture(member.id, picture, &operator(), at(seconds))
            .await;
        assert!(set.unwrap());
    };
    let is_kept = async |letter: &str| store.logo(&id(letter)).await.unwrap().is_some();
    set(&ada, "a", 2).await;
    set(&bob, "a", 3).await;
    let picture = Picture {
        uploaded: Some(id("a")),
        elsewhere: None,
    };
    let found = profile(&*store, &ada).await;
    assert_eq!((found.picture, found.changed_at), (picture, at(2)));
    set(&ada, "b", 4).await;
    assert!(is_kept("a").await && is_kept("b").await);
    set(&bob, "", 5).await;
    assert!(!is_kept("a").await);
    // Nothing changes, so nothing is noted.
    set(&bob, "", 6).await;
    assert_eq!(profile(&*store, &bob).await.changed_at, at(5));
    store.remove_member(&ada.email, &operator(), at(7)).await.unwrap();
    assert!(!is_kept("b").await);
    assert!(!store.set_picture(ada.id, None, &operator(), at(8)).await.unwrap());

    let noted = store.audit(20).await.unwrap();
    let pictures = noted
        .iter()
        .filter(|entry| entry.action == AuditAction::MemberPictureChanged && entry.target == "bob@b.example");
    let details: Vec<_> = pictures.map(|entry| entry.detail.as_str()).collect();
    assert_eq!(details, ["removed", ""]);
}

#[tokio::test]
async fn spaces_are_those_that_the_member_joined() {
    let store = store();
    let ada = add_member(&*store, "ada@b.example").await;
    let bob = add_member(&*store, "bob@b.example").await;
    let mut spaces: Vec<_> = (0..MOST_SPACES + 5)
        .map(|number| {
            space(
                &format!("space-{number:03}"),
                SpaceVisibility::Private,
                &["ada@b.example"],
            )
        })
        .collect();
    spaces.push(space("of-nobody", SpaceVisibility::Public, &[]));
    let community = Community {
        spaces,
        ..Community::default()
    };
    add(&*store, community).await;
    let found = profile(&*store, &ada).await.spaces;
    assert_eq!(found.len(), MOST_SPACES as usize);
    assert_eq!(found[0].as_str(), "space-000");
    assert!(profile(&*store, &bob).await.spaces.is_empty());
}
