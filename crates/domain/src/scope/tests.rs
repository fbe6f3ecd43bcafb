use proptest::prelude::*;

use super::set::is_space;
use super::*;

#[test]
fn ids_are_unique_and_parse_back() {
    for scope in Scope::ALL {
        assert_eq!(scope.id().parse::<Scope>(), Ok(*scope));
    }
    assert_eq!(ScopeSet::ALL.len(), Scope::ALL.len());
    assert_eq!(ScopeSet::ALL, Scope::ALL.iter().copied().collect());
}

#[test]
fn host_scopes_are_those_with_the_prefix() {
    for scope in Scope::ALL {
        assert_eq!(scope.is_host_only(), scope.id().starts_with("host:"), "{scope}");
    }
}

#[test]
fn the_documentation_lists_them_all() {
    let page = include_str!("../../../../docs/oauth.md");
    let rows = page
        .lines()
        .filter(|line| line.contains("` | hosts | ") || line.contains("` | any member | "));
    let listed: Vec<_> = rows.collect();
    let expected: Vec<_> = Scope::ALL
        .iter()
        .map(|scope| {
            let who = if scope.is_host_only() {
                "hosts"
            } else {
                "any member"
            };
            format!("| `{scope}` | {who} | {} |", scope.description())
        })
        .collect();
    assert_eq!(listed, expected);
}

#[test]
fn an_unknown_scope_is_named() {
    assert_eq!(
        "read:posts read:mail".parse::<ScopeSet>(),
        Err(ScopeError::Unknown("read:mail".into()))
    );
    let words = ScopeError::Unknown("write:chats".into()).to_string();
    assert!(words.starts_with(
        "`write:chats` is not a scope of this network. Its scopes are host:read:network_events "
    ));
    for scope in Scope::ALL {
        assert!(words.contains(scope.id()), "{scope}: {words}");
    }
    assert!(words.contains("docs/integrating.md"), "{words}");
}

#[test]
fn white_space_separates() {
    let expected: ScopeSet = [Scope::ReadPosts, Scope::WritePosts].into_iter().collect();
    for between in [
        " ",
        "   ",
        "\n",
        "\r\n",
        "\t",
        "\u{a0}",
        "\u{3000}",
        "\u{2003}",
        "\u{85}",
        " \u{200b} ",
        "\u{feff}",
    ] {
        for text in [
            format!("read:posts{between}write:posts"),
            format!("{between}write:posts{between}{between}read:posts{between}"),
        ] {
            assert_eq!(text.parse::<ScopeSet>(), Ok(expected), "{text:?}");
        }
    }
    assert_eq!(" \n\u{a0}".parse::<ScopeSet>(), Ok(ScopeSet::EMPTY));
}

#[test]
fn other_separators_are_named() {
    for text in [
        "read:posts,write:posts",
        "read:posts, write:posts",
        "read:posts ,write:posts",
        "read:posts;write:posts",
        "read:posts|write:posts",
        "read:posts+write:posts",
        "read:posts%20write:posts",
        ",",
    ] {
        let error = text.parse::<ScopeSet>().unwrap_err();
        assert!(matches!(error, ScopeError::Separator(_)), "{text}: {error:?}");
        assert!(
            error.to_string().contains("scopes are separated by spaces"),
            "{error}"
        );
    }
}

#[test]
fn the_same_scopes_with_spaces_are_told() {
    for (text, advice) in [
        ("read:posts,write:posts", "; use `read:posts write:posts`"),
        ("read:posts, write:posts", "; use `read:posts`"),
        ("read:posts%20write:posts", "; use `read:posts write:posts`"),
        (",", "(RFC 6749 section 3.3)"),
    ] {
        let error = text.parse::<ScopeSet>().unwrap_err().to_string();
        assert!(error.ends_with(advice), "{error}");
    }
}

#[test]
fn what_cannot_be_seen_is_told() {
    for (text, position, number) in [
        ("read:\u{ad}posts", 6, "U+00AD"),
        ("write:posts \u{202a}read:posts", 1, "U+202A"),
        ("read:pósts", 7, "U+00F3"),
        ("read\u{0}", 5, "U+0000"),
    ] {
        let words = text.parse::<ScopeSet>().unwrap_err().to_string();
        assert!(
            words.contains(&format!("its character {position} is {number}")),
            "{words}"
        );
    }
}

/// As every version so far has written it.
#[test]
fn what_is_at_rest_stays_readable() {
    let text = "host:read:network_events host:read:network_spaces host:read:network_members host:read:network_plans \
                host:read:network_posts read:userinfo read:posts read:courses read:search write:posts write:comments";
    let all_before = ScopeSet::from_iter([
        Scope::HostReadNetworkEvents,
        Scope::HostReadNetworkSpaces,
        Scope::HostReadNetworkMembers,
        Scope::HostReadNetworkPlans,
        Scope::HostReadNetworkPosts,
        Scope::ReadUserinfo,
        Scope::ReadPosts,
        Scope::ReadCourses,
        Scope::ReadSearch,
        Scope::WritePosts,
        Scope::WriteComments,
    ]);
    assert_eq!(text.parse::<ScopeSet>(), Ok(all_before));
    assert_eq!(
        serde_json::from_str::<ScopeSet>(&format!("\"{text}\"")).unwrap(),
        all_before
    );
}

#[test]
fn set_operations() {
    let posts: ScopeSet = "read:posts write:posts".parse().unwrap();
    let read: ScopeSet = "read:posts read:courses".parse().unwrap();
    assert_eq!(posts.intersection(read).to_string(), "read:posts");
    assert_eq!(posts.without(read).to_string(), "write:posts");
    assert!(posts.union(read).contains_all(read));
    assert!(!posts.needs_host());
}

fn any_set() -> impl Strategy<Value = ScopeSet> {
    proptest::sample::subsequence(Scope::ALL.to_vec(), 0..=Scope::ALL.len())
        .prop_map(|scopes| scopes.into_iter().collect())
}

proptest! {
    #[test]
    fn every_set_reads_back_as_written(set in any_set()) {
        prop_assert_eq!(set.to_string().parse::<ScopeSet>().unwrap(), set);
    }

    #[test]
    fn any_text_is_a_set_or_an_error(text in ".{0,200}") {
        if let Ok(set) = text.parse::<ScopeSet>() {
            prop_assert!(text.split(is_space).filter(|id| !id.is_empty()).all(|id| set.contains(id.parse().unwrap())));
        }
    }

    #[test]
    fn the_intersection_is_in_both(a in any_set(), b in any_set()) {
        prop_assert!(a.contains_all(a.intersection(b)) && b.contains_all(a.intersection(b)));
    }
}
