use std::fmt::Write;

use async_graphql::parser::parse_query;
use async_graphql::{Value, Variables, value};

use super::*;

fn cost_with(query: &str, variables: Value) -> Result<Cost, TooComplex> {
    check_text(query)?;
    cost(&parse_query(query).unwrap(), &Variables::from_value(variables))
}

fn cost_of(query: &str) -> Result<u64, TooComplex> {
    cost_with(query, value!({})).map(|cost| cost.points)
}

#[test]
fn a_field_costs_one_and_rows_cost_as_often_as_they_are_asked_for() {
    for (query, expected) in [
        ("{ me { id name } }", 3),
        // network, members, pageInfo, hasNextPage, and 10 times nodes, id, name.
        (
            "{ network { members(first: 10) { nodes { id name } pageInfo { hasNextPage } } } }",
            34,
        ),
        // network, members, and 25 times edges, node, id.
        ("{ network { members { edges { node { id } } } } }", 77),
        // network, spaces, 2 times (nodes, posts, 3 times (nodes, id)).
        (
            "{ network { spaces(first: 2) { nodes { posts(first: 3) { nodes { id } } } } } }",
            18,
        ),
        ("{ ...f } fragment f on Query { me { id } }", 2),
        ("{ node(id: 1) { id } }", 6),
        ("mutation { deletePost(input: {id: 1}) { errors } }", 12),
    ] {
        assert_eq!(cost_of(query), Ok(expected), "{query}");
    }
}

#[test]
fn a_variable_counts_as_its_value() {
    let query = "query($n: Int) { network { members(first: $n) { nodes { id } } } }";
    let points = |query, variables| cost_with(query, variables).map(|cost| cost.points);
    assert_eq!(points(query, value!({ "n": 4 })), Ok(10));
    assert_eq!(points(query, value!({})), Ok(102), "the most, if it is not known");
    let default = "query($n: Int = 4) { network { members(first: $n) { nodes { id } } } }";
    assert_eq!(points(default, value!({})), Ok(10));
}

#[test]
fn what_is_too_much_is_refused_with_the_figures() {
    let wide = "{ network { spaces(first: 50) { nodes { posts(first: 25) { nodes { id title } } } } } }";
    assert_eq!(cost_of(wide), Err(TooComplex::Cost { cost: 3_852 }));
    let deep = "{ a { a { a { a { a { a { a { a { a { a { a { a { a } } } } } } } } } } } } }";
    assert_eq!(cost_of(deep), Err(TooComplex::Depth { depth: 13 }));
    assert!(cost_of(&"{a".repeat(1_000)).is_err());
    assert!(matches!(
        cost_of(&" ".repeat(40_000)),
        Err(TooComplex::Length { bytes: 40_000 })
    ));
}

#[test]
fn fragments_that_double_each_time_are_counted_without_doing_it() {
    let mut bomb = "{ ...f0 }".to_owned();
    for n in 0..100 {
        let _ = write!(bomb, " fragment f{n} on Query {{ ...f{0} ...f{0} }}", n + 1);
    }
    bomb += " fragment f100 on Query { me { id } }";
    assert!(matches!(cost_of(&bomb), Err(TooComplex::Cost { cost: u64::MAX })));
}

#[test]
fn circles_and_long_chains_end() {
    assert_eq!(
        cost_of("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }"),
        Err(TooComplex::Circle { name: "a".into() })
    );
    let mut chain = "{ ...f0 }".to_owned();
    for n in 0..500 {
        let _ = write!(chain, " fragment f{n} on Query {{ ...f{} }}", n + 1);
    }
    chain += " fragment f500 on Query { __typename }";
    assert_eq!(cost_of(&chain), Err(TooComplex::Fragments));
}

#[test]
fn types_within_types_are_refused() {
    let twice = "{ __schema { types { fields { type { fields { name } } } } } }";
    assert!(cost_of(twice).is_ok());
    let often = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
    assert_eq!(cost_of(often), Err(TooComplex::Introspection));
}

#[test]
fn fragments_that_are_not_there_cost_what_looking_for_them_does() {
    let mut bomb = "{ ...f0 }".to_owned();
    for n in 0..28 {
        let _ = write!(bomb, " fragment f{n} on Query {{ ...f{0} ...f{0} }}", n + 1);
    }
    assert!(matches!(cost_of(&bomb), Err(TooComplex::Cost { .. })));
    bomb += " fragment f28 on Query { ...f28 }";
    assert!(matches!(cost_of(&bomb), Err(TooComplex::Circle { .. })));
}

#[test]
fn mutations_are_counted_wherever_they_are() {
    let change = "deletePost(input: {id: 1}) { errors }";
    let aliased = |count: usize| {
        (0..count).fold(String::new(), |mut all, n| {
            let _ = write!(all, " a{n}: {change}");
            all
        })
    };
    let ten = aliased(10);
    for query in [
        format!("mutation {{ {ten} }}"),
        format!("mutation {{ ...f }} fragment f on Mutation {{ {ten} }}"),
        format!("mutation {{ ... on Mutation {{ ... {{ {ten} }} }} }}"),
    ] {
        let cost = cost_with(&query, value!({})).unwrap();
        assert_eq!((cost.mutations, cost.points), (10, 120), "{query}");
        assert!(cost.and(cost).is_err(), "two of a batch");
    }
    let eleven = aliased(11);
    let twice = aliased(6);
    for (query, mutations) in [
        (format!("mutation {{ {eleven} }}"), 11),
        (
            format!("mutation {{ ...f }} fragment f on Mutation {{ {eleven} }}"),
            11,
        ),
        (
            format!("mutation {{ ...f ...f }} fragment f on Mutation {{ {twice} }}"),
            12,
        ),
        (
            format!(
                "mutation {{ ... {{ ...g }} ...f }} fragment f on Mutation {{ {twice} }} fragment g on Mutation {{ ...f }}"
            ),
            12,
        ),
    ] {
        assert_eq!(
            cost_of(&query),
            Err(TooComplex::Mutations { mutations }),
            "{query}"
        );
    }
}

#[test]
fn arguments_cost_by_their_bytes_at_each_use() {
    let query =
        "query($q: String!) { a: search(query: $q) { totalCount } b: search(query: $q) { totalCount } }";
    let short = cost_with(query, value!({ "q": "bread" })).unwrap();
    let long = cost_with(query, value!({ "q": "a".repeat(10 * 1024) })).unwrap();
    assert_eq!(long.points, short.points + 20);
    let list = "query($t: [SearchType!]) { search(query: \"a\", types: $t) { totalCount } }";
    let types = Value::List(vec![Value::from("POST"); 30_000]);
    assert!(cost_with(list, value!({ "t": types })).unwrap().points > 100);
    // A default value, and the arguments of directives.
    let text = "a".repeat(20_000);
    let default =
        format!("query($q: ID = \"{text}\") {{ a: node(id: $q) {{ id }} b: node(id: $q) {{ id }} }}");
    assert_eq!(cost_of(&default), Ok(4 + 2 * (4 + 19)));
    let directive =
        "query($q: Boolean!) { me { id @include(if: $q) ...f @skip(if: $q) } } fragment f on Me { id }";
    assert!(cost_with(directive, value!({ "q": text })).unwrap().points >= 3 + 2 * 19);

    let create = |n| format!("a{n}: createPost(input: {{spaceId: 1, title: \"a\", body: $b}}) {{ errors }}");
    let three = format!(
        "mutation($b: String!) {{ {} {} {} }}",
        create(1),
        create(2),
        create(3)
    );
    let body = "a".repeat(100_000);
    assert!(matches!(
        cost_with(&three, value!({ "b": body.as_str() })),
        Err(TooComplex::Arguments { bytes: 300_000.. })
    ));
    let within = format!(
        "mutation($b: String!) {{ ...f }} fragment f on Mutation {{ {} {} }}",
        create(1),
        create(2)
    );
    let cost = cost_with(&within, value!({ "b": body.as_str() })).unwrap();
    assert!(cost.bytes > 200_000 && cost.points > 200, "{cost:?}");
}

#[test]
fn what_a_mutation_gives_back_is_bounded_before_it_runs() {
    let bodies = (0..63).fold(String::new(), |mut all, n| {
        let _ = write!(all, " a{n}: body");
        all
    });
    let query =
        format!("mutation {{ updatePost(input: {{id: 1, title: \"a\"}}) {{ post {{ {bodies} }} }} }}");
    assert_eq!(cost_of(&query), Err(TooComplex::Answer));
    let rows = "mutation { deletePost(input: {id: 1}) { post { comments(first: 25) { nodes { a: body b: body c: body } } } } }";
    assert_eq!(cost_of(rows), Err(TooComplex::Answer));
    let usual =
        "mutation { updatePost(input: {id: 1, title: \"a\"}) { post { body comments { nodes { body } } } } }";
    assert!(cost_of(usual).is_ok());
}

#[test]
fn an_introspection_costs_by_what_it_gives() {
    let standard = include_str!("../../tests/headless/introspection.graphql");
    let points = cost_of(standard).unwrap();
    assert!((100..1_000).contains(&points), "{points}");
    let many = |list: &str| {
        let aliases = (0..400).fold(String::new(), |mut all, n| {
            let _ = write!(all, " a{n}: description");
            all
        });
        cost_of(&format!(
            "{{ __schema {{ types {{ {} }} }} }}",
            list.replace("ALIASES", &aliases)
        ))
    };
    for list in ["fields { ALIASES }", "fields { args { ALIASES } }"] {
        assert!(matches!(many(list), Err(TooComplex::Cost { .. })), "{list}");
    }
}
