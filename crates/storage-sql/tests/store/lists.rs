//! Which applications a list shows, in which order, and how they are doing.

use latchkey_domain::{ApplicationDraft, ClientId, ListFilter, ListQuery, ListSort, PageRequest};
use latchkey_storage::{ActivityKind, ApplicationListing, Health, NewActivity, Store};

use crate::fixtures::{
    add_application, add_applications, add_member, at, connect, new_application, operator, public_spec, spec,
    store,
};

/// What a query finds at the time `seconds`.
async fn listed(store: &dyn Store, query: ListQuery, seconds: u64) -> Vec<ApplicationListing> {
    let page = store
        .applications(&query, PageRequest::new(1, 50), at(seconds))
        .await
        .unwrap();
    assert_eq!(
        page.total,
        page.items.len() as u64,
        "the total is that of the filter"
    );
    page.items
}

fn names(listings: Vec<ApplicationListing>) -> Vec<String> {
    listings
        .into_iter()
        .map(|listing| listing.application.spec.name.to_string())
        .collect()
}

async fn filtered(store: &dyn Store, filter: ListFilter, seconds: u64) -> Vec<String> {
    let query = ListQuery {
        filter: Some(filter),
        ..ListQuery::default()
    };
    names(listed(store, query, seconds).await)
}

async fn sorted(store: &dyn Store, sort: ListSort) -> Vec<String> {
    let query = ListQuery {
        sort,
        ..ListQuery::default()
    };
    names(listed(store, query, 0).await)
}

async fn searched(store: &dyn Store, search: &str) -> Vec<String> {
    let query = ListQuery {
        search: search.into(),
        ..ListQuery::default()
    };
    names(listed(store, query, 0).await)
}

fn event(client_id: &ClientId, seconds: u64, succeeded: bool, message: &str) -> NewActivity {
    NewActivity {
        succeeded,
        ..NewActivity::failed(client_id, at(seconds), ActivityKind::CodeExchange, message)
    }
}

#[tokio::test]
async fn an_application_fails_for_an_hour() {
    let store = store();
    let [broken, fine] = add_applications(&*store, ["Broken", "Fine"]).await;
    let events = vec![
        event(&broken.client_id, 10, false, "the secret is wrong"),
        event(&broken.client_id, 20, false, "the code is wrong"),
        event(&broken.client_id, 30, false, "the secret is wrong"),
        event(&broken.client_id, 40, true, "it worked"),
        event(&fine.client_id, 40, true, "it worked"),
    ];
    store.record_activity(events).await.unwrap();
    let health = async |seconds| {
        let listing = store.application_listing(&broken.client_id, at(seconds)).await;
        listing.unwrap().unwrap().health
    };
    // The latest is the one that happened last, also where it is counted with an earlier one.
    let failing = Health {
        failures: 3,
        latest: Some("the secret is wrong".into()),
    };
    assert_eq!(health(50).await, failing);
    assert_eq!(health(3_600 + 40).await, Health::default());
    assert_eq!(store.failing_applications(at(50)).await.unwrap(), 1);
    assert_eq!(store.failing_applications(at(3_600 + 40)).await.unwrap(), 0);
    assert_eq!(filtered(&*store, ListFilter::Failing, 50).await, ["Broken"]);
    assert_eq!(filtered(&*store, ListFilter::Failing, 3_600 + 40).await, [""; 0]);
    let everyone = listed(&*store, ListQuery::default(), 50).await;
    let healths: Vec<_> = everyone.into_iter().map(|listing| listing.health).collect();
    assert_eq!(healths, [Health::default(), failing]);
}

#[tokio::test]
async fn filters_keep_one_state_each() {
    let store = store();
    let used = add_application(&*store, "Used").await;
    let paused = add_application(&*store, "Paused").await;
    store
        .create_application(new_application(public_spec("Public")), &operator(), at(1))
        .await
        .unwrap();
    store
        .set_paused(&paused.client_id, true, &operator(), at(2))
        .await
        .unwrap();
    let ada = add_member(&*store, "ada@b.example").await;
    connect(&*store, &used, &ada, at(3)).await;
    assert_eq!(filtered(&*store, ListFilter::Paused, 9).await, ["Paused"]);
    assert_eq!(filtered(&*store, ListFilter::Public, 9).await, ["Public"]);
    assert_eq!(
        filtered(&*store, ListFilter::NeverUsed, 9).await,
        ["Public", "Paused"]
    );
    let both = ListQuery {
        search: "pau".into(),
        filter: Some(ListFilter::NeverUsed),
        sort: ListSort::Name,
    };
    assert_eq!(names(listed(&*store, both, 9).await), ["Paused"]);
}

#[tokio::test]
async fn each_order_is_total() {
    let store = store();
    let first = add_application(&*store, "beta").await;
    let second = add_application(&*store, "Alpha two").await;
    add_application(&*store, "alpha").await;
    add_application(&*store, "Älpha").await;
    assert_eq!(
        sorted(&*store, ListSort::Newest).await,
        ["Älpha", "alpha", "Alpha two", "beta"]
    );
    assert_eq!(sorted(&*store, ListSort::Name).await[2..], ["Alpha two", "beta"]);
    let ada = add_member(&*store, "ada@b.example").await;
    connect(&*store, &first, &ada, at(100)).await;
    connect(&*store, &second, &ada, at(200)).await;
    assert_eq!(
        sorted(&*store, ListSort::LastUsed).await,
        ["Alpha two", "beta", "Älpha", "alpha"]
    );
}

#[tokio::test]
async fn an_application_is_found_by_the_host_of_its_redirect_uris() {
    let store = store();
    for (name, uris) in [
        (
            "One",
            "https://crm.example.com/oauth/callback\nhttps://staging.example.com:8443/cb",
        ),
        ("Two", "com.example.app:/cb\nhttp://localhost:5173/cb"),
    ] {
        let draft = ApplicationDraft {
            redirect_uris: uris.into(),
            ..ApplicationDraft::from_spec(&public_spec(name))
        };
        let new = new_application(draft.validate().unwrap());
        store.create_application(new, &operator(), at(0)).await.unwrap();
    }
    for (search, name) in [
        ("CRM.example", "One"),
        ("staging.example.com:8443", "One"),
        ("https://crm.example.com/oauth/callback?x=1", "One"),
        ("com.example.app", "Two"),
        ("localhost:5173", "Two"),
    ] {
        assert_eq!(searched(&*store, search).await, [name], "{search}");
    }
    for search in ["https", "callback", "8443/cb", "%", "_"] {
        assert_eq!(searched(&*store, search).await, [""; 0], "{search}");
    }
}

#[tokio::test]
async fn an_edit_moves_it_to_its_new_host() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let draft = ApplicationDraft {
        redirect_uris: "https://other.example/cb".into(),
        ..ApplicationDraft::from_spec(&spec("App"))
    };
    let update = latchkey_storage::ApplicationUpdate {
        spec: draft.validate().unwrap(),
        expected_revision: None,
        secret_if_missing: crate::fixtures::secret(),
    };
    store
        .update_application(&application.client_id, update, &operator(), at(1))
        .await
        .unwrap();
    assert_eq!(searched(&*store, "other.example").await, ["App"]);
    assert_eq!(searched(&*store, "myapp.com").await, [""; 0]);
}
