use std::fmt::Write;

use async_graphql::parser::parse_query;
use async_graphql::{Variables, value};

use super::*;

fn cost_of(query: &str) -> Result<Option<u64>, TooComplex> {
    check_text(query)?;
    cost(&parse_query(query).unwrap(), &Variables::default())
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
        ("mutation { deletePost(input: {id: 1}) { errors } }", 12),
    ] {
        assert_eq!(cost_of(query), Ok(Some(expected)), "{query}");
    }
}

#[test]
fn a_variable_counts_as_its_value() {
    let document = parse_query("query($n: Int) { network { members(first: $n) { nodes { id } } } }").unwrap();
    let variables = Variables::from_value(value!({ "n": 4 }));
    assert_eq!(cost(&document, &variables), Ok(Some(10)));
    assert_eq!(
        cost(&document, &Variables::default()),
        Ok(Some(102)),
        "the most, if it is not known"
    );
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
        Ok(None)
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
    assert!(cost_of(twice).unwrap().is_some());
    let often = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
    assert_eq!(cost_of(often), Err(TooComplex::Introspection));
}
