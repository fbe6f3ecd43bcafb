//! Registering and finding applications.

use latchkey_domain::PageRequest;
use latchkey_storage::Store;

use crate::fixtures::{
    add_application, add_members, at, connect, new_application, new_grant, operator, public_spec, spec, store,
};

async fn found(store: &dyn Store, search: &str) -> Vec<String> {
    let page = store
        .applications(
            &latchkey_domain::ListQuery {
                search: search.into(),
                ..latchkey_domain::ListQuery::default()
            },
            PageRequest::new(1, 50),
            latchkey_domain::Timestamp::from_millis(0),
        )
        .await
        .unwrap();
    assert_eq!(page.total, page.items.len() as u64);
    page.items
        .into_iter()
        .map(|listing| listing.application.spec.name.as_str().to_owned())
        .collect()
}

#[tokio::test]
async fn read_back_as_registered() {
    let store = store();
    let new = new_application(spec("Mobile App"));
    let made = store
        .create_application(new.clone(), &operator(), at(3))
        .await
        .unwrap();
    assert_eq!(
        (&made.client_id, &made.spec, made.revision, made.created_at),
        (&new.client_id, &new.spec, 1, at(3))
    );
    assert_eq!(
        store.application(&made.client_id).await.unwrap().as_ref(),
        Some(&made)
    );
    let listing = store
        .application_listing(&made.client_id, latchkey_domain::Timestamp::from_millis(0))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((listing.application, listing.connected_members), (made, 0));

    let secret = store.client_secret(&new.client_id).await.unwrap().unwrap();
    assert_eq!(secret.expose(), new.secret.unwrap().expose());
}

#[tokio::test]
async fn a_public_application_has_no_secret() {
    let store = store();
    let mut new = new_application(public_spec("Native"));
    new.secret = Some(crate::fixtures::secret());
    let made = store.create_application(new, &operator(), at(0)).await.unwrap();
    assert!(store.client_secret(&made.client_id).await.unwrap().is_none());
    assert!(
        store
            .reveal_client_secret(&made.client_id, None, &operator(), at(1))
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(
        store.audit(10).await.unwrap().len(),
        1,
        "there was nothing to reveal"
    );
}

#[tokio::test]
async fn what_is_not_there_is_none() {
    let store = store();
    let id = crate::fixtures::client_id();
    assert!(store.application(&id).await.unwrap().is_none());
    assert!(
        store
            .application_listing(&id, latchkey_domain::Timestamp::from_millis(0))
            .await
            .unwrap()
            .is_none()
    );
    assert!(store.client_secret(&id).await.unwrap().is_none());
    assert!(
        store
            .set_paused(&id, true, &operator(), at(0))
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        store
            .delete_application(&id, &operator(), at(0))
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        store
            .disconnect_everyone(&id, &operator(), at(0))
            .await
            .unwrap()
            .is_none()
    );
    assert!(store.audit(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_newest_come_first_in_pages() {
    let store = store();
    let names: Vec<String> = (0..45).map(|n| format!("App {n}")).collect();
    let many = names.iter().map(|name| new_application(spec(name))).collect();
    store.create_applications(many, &operator(), at(5)).await.unwrap();
    store
        .create_application(new_application(spec("Older")), &operator(), at(1))
        .await
        .unwrap();

    let page = async |number| {
        store
            .applications(
                &latchkey_domain::ListQuery::default(),
                PageRequest::new(number, 20),
                latchkey_domain::Timestamp::from_millis(0),
            )
            .await
            .unwrap()
    };
    let first = page(1).await;
    assert_eq!(
        (first.number, first.size, first.total, first.pages()),
        (1, 20, 46, 3)
    );
    assert_eq!(first.items[0].application.spec.name.as_str(), "App 44");
    let last = page(3).await;
    assert_eq!(last.items.len(), 6);
    assert_eq!(last.items[5].application.spec.name.as_str(), "Older");
    let beyond = page(99).await;
    assert_eq!(beyond, last, "a page beyond the last is the last");
}

#[tokio::test]
async fn an_empty_list_has_an_empty_first_page() {
    let store = store();
    let page = store
        .applications(
            &latchkey_domain::ListQuery {
                search: "nothing".into(),
                ..latchkey_domain::ListQuery::default()
            },
            PageRequest::new(7, 20),
            latchkey_domain::Timestamp::from_millis(0),
        )
        .await
        .unwrap();
    assert_eq!((page.number, page.total, page.items.len()), (1, 0, 0));
}

#[tokio::test]
async fn a_search_is_literal_and_folds_case() {
    let store = store();
    for name in [
        "ÄÖ Bücher",
        "100% Wolle",
        "snake_case",
        "O'Neil \"quoted\"",
        "Mobile App",
        "c:\\dir",
    ] {
        add_application(&*store, name).await;
    }
    for (search, names) in [
        ("äö bÜCHER", vec!["ÄÖ Bücher"]),
        ("%", vec!["100% Wolle"]),
        ("_", vec!["snake_case"]),
        ("o'neil", vec!["O'Neil \"quoted\""]),
        ("\"QUOTED\"", vec!["O'Neil \"quoted\""]),
        ("  mobile  ", vec!["Mobile App"]),
        ("\\", vec!["c:\\dir"]),
        ("'; DROP TABLE applications; --", vec![]),
        ("bile app\n", vec!["Mobile App"]),
        ("ao bucher", vec!["ÄÖ Bücher"]),
        ("A\u{308}O\u{308} BÜCHER", vec!["ÄÖ Bücher"]),
    ] {
        assert_eq!(found(&*store, search).await, names, "{search}");
    }
    assert_eq!(found(&*store, "  ").await.len(), 6);
}

#[tokio::test]
async fn names_of_all_scripts_are_found() {
    let store = store();
    for name in ["Straße", "École", "自転車屋さん", "İstanbul"] {
        add_application(&*store, name).await;
    }
    for (search, name) in [
        ("STRASSE", "Straße"),
        ("ecole", "École"),
        ("école", "École"),
        ("自転車", "自転車屋さん"),
        ("istanbul", "İstanbul"),
    ] {
        assert_eq!(found(&*store, search).await, [name], "{search}");
    }
}

#[tokio::test]
async fn a_client_id_is_found_by_any_part_of_it() {
    let store = store();
    let application = add_application(&*store, "One").await;
    add_application(&*store, "Two").await;
    let id = application.client_id.as_str();
    assert_eq!(found(&*store, id).await, ["One"]);
    assert_eq!(found(&*store, &id[20..].to_lowercase()).await, ["One"]);
}

#[tokio::test]
async fn a_page_of_a_search_is_cut_like_any_other() {
    let store = store();
    for n in 0..25 {
        add_application(
            &*store,
            &format!("{} {n}", if n % 2 == 0 { "Even" } else { "Odd" }),
        )
        .await;
    }
    let page = store
        .applications(
            &latchkey_domain::ListQuery {
                search: "even".into(),
                ..latchkey_domain::ListQuery::default()
            },
            PageRequest::new(2, 5),
            latchkey_domain::Timestamp::from_millis(0),
        )
        .await
        .unwrap();
    assert_eq!((page.total, page.number), (13, 2));
    assert_eq!(page.items[0].application.spec.name.as_str(), "Even 14");
    let beyond = store
        .applications(
            &latchkey_domain::ListQuery {
                search: "even".into(),
                ..latchkey_domain::ListQuery::default()
            },
            PageRequest::new(9, 5),
            latchkey_domain::Timestamp::from_millis(0),
        )
        .await
        .unwrap();
    assert_eq!((beyond.number, beyond.items.len()), (3, 3));
}

#[tokio::test]
async fn members_are_counted_once_and_only_while_connected() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let [ada, bob] = add_members(&*store, ["ada@b.example", "bob@b.example"]).await;
    let connected = async || {
        let page = store
            .applications(
                &latchkey_domain::ListQuery::default(),
                PageRequest::new(1, 20),
                latchkey_domain::Timestamp::from_millis(0),
            )
            .await
            .unwrap();
        page.items[0].connected_members
    };
    store
        .create_grant(new_grant(&application, &ada, "read:posts"), at(1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(connected().await, 1, "ada sees it among the connected apps");
    connect(&*store, &application, &ada, at(2)).await;
    connect(&*store, &application, &ada, at(3)).await;
    connect(&*store, &application, &bob, at(4)).await;
    assert_eq!(connected().await, 2);
    store
        .disconnect(ada.id, &application.client_id, at(5))
        .await
        .unwrap();
    assert_eq!(connected().await, 1);
}
