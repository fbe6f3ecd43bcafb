//! The list of providers, and the buttons in it.

use crate::support::sso::World;

const LIST: &str = "/admin/settings/sso";

#[tokio::test]
async fn what_is_done_in_the_list_ends_there() {
    let world = World::new().await;
    let host = world.club.as_host().await;
    host.get(LIST).await.assert_text("name=\"from_list\"");
    let page = format!("{LIST}/guild");
    for (act, says) in [("off", "The provider is off"), ("on", "The provider is on")] {
        let path = format!("{page}/{act}");
        let list = format!("{LIST}?done={act}");
        host.post(&path, &[("from_list", "1")])
            .await
            .assert_redirect(&list);
        host.get(&list).await.assert_text(says);
        // The same button on the provider's own page ends on that page.
        host.post(&path, &[])
            .await
            .assert_redirect(&format!("{page}?done={act}"));
    }
}

#[tokio::test]
async fn the_list_says_why_the_last_provider_stays() {
    let world = World::new().await;
    let host = world.club.as_host().await;
    host.post("/admin/settings/sso/only", &[("providers_only", "1")])
        .await
        .assert_redirect("/admin/settings/sso?done=only");
    for act in ["off", "delete"] {
        host.post(&format!("{LIST}/guild/{act}"), &[("from_list", "1")])
            .await
            .assert_redirect("/admin/settings/sso?done=needed");
    }
    host.get("/admin/settings/sso?done=needed")
        .await
        .assert_text("this is the last that is on");
}
