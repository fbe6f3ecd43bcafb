//! Takes out of the WebAssembly what is compiled in and never called.
//!
//! Leptos can hydrate a page in two ways: at once (`hydrate_body`) or waiting for parts that load later
//! (`hydrate_lazy`). Every view carries both in its table of functions, so that no compiler or optimiser can know that
//! the second is never called. The frontend calls `hydrate_body` only: here the bodies of the others become a single
//! `unreachable`, and wasm-opt removes what only they called. Were one called all the same, the page would stop there
//! and then, and so would every browser test.

use walrus::ir::{InstrLocId, Unreachable};
use walrus::{FunctionKind, Module};

/// The names of functions that are never called.
const NEVER_CALLED: [&str; 3] = [
    "hydrate_async",
    "new_with_async_value",
    "new_with_async_value_erased",
];

/// Empties the functions that are never called; how many there were.
pub(crate) fn prune(module: &mut Module) -> usize {
    let never_called: Vec<_> = module
        .funcs
        .iter()
        .filter(|function| function.name.as_deref().is_some_and(is_never_called))
        .map(walrus::Function::id)
        .collect();
    for id in &never_called {
        if let FunctionKind::Local(local) = &mut module.funcs.get_mut(*id).kind {
            let entry = local.entry_block();
            let body = &mut local.block_mut(entry).instrs;
            body.clear();
            body.push((Unreachable {}.into(), InstrLocId::default()));
        }
    }
    never_called.len()
}

/// Whether this is the name of a function that is never called, or of the body of such an `async` function. What is
/// nested deeper does not count: the compiler keeps one of several functions that are the same, under the name of any.
fn is_never_called(name: &str) -> bool {
    let name = match name.rsplit_once("::h") {
        Some((before, hash)) if hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            before
        }
        _ => name,
    };
    let name = ["::{{closure}}", "::{closure#0}"]
        .iter()
        .find_map(|closure| name.strip_suffix(closure))
        .unwrap_or(name);
    let name = without_generics(name);
    let last = name.rsplit("::").next().unwrap_or(name);
    NEVER_CALLED.contains(&last)
}

/// `name` without the generic arguments at its end: `a::b::<C<D>>` is `a::b`.
fn without_generics(name: &str) -> &str {
    if !name.ends_with('>') {
        return name;
    }
    let mut depth = 0_usize;
    for (at, character) in name.char_indices().rev() {
        match character {
            '>' => depth += 1,
            '<' => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            return name[..at].trim_end_matches("::");
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_is_never_called_by_its_name() {
        for name in [
            "<T as tachys::view::any_view::IntoAny>::into_any::hydrate_async::h2c5a41e76ba8f998",
            "tachys::reactive_graph::<impl tachys::view::RenderHtml for F>::hydrate_async::{{closure}}::hdd7d9b31c17721fc",
            "<tachys::html::element::HtmlElement<E, A> as tachys::view::RenderHtml>::hydrate_async::{closure#0}",
            "reactive_graph::effect::RenderEffect<T>::new_with_async_value::<alloc::vec::Vec<u8>>",
        ] {
            assert!(is_never_called(name), "{name}");
        }
    }

    #[test]
    fn leaves_what_may_be_another_function_by_the_same_code() {
        for name in [
            "tachys::reactive_graph::<impl tachys::view::RenderHtml for F>::hydrate_async::{{closure}}::prep::hdd7d9b31c17721fc",
            "reactive_graph::effect::RenderEffect<T>::new_with_async_value_erased::{{closure}}::{{closure}}::hdd7d9b31c17721fc",
            "<T as tachys::view::any_view::IntoAny>::into_any::hydrate_from_server::h2c5a41e76ba8f998",
            "hydrate",
        ] {
            assert!(!is_never_called(name), "{name}");
        }
    }
}
