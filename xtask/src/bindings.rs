//! Generates the JavaScript between the browser and the WebAssembly. wasm-bindgen is a library here: the version in
//! `Cargo.lock` serves both sides, and no tool needs to be installed.

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

/// The matching script and WebAssembly.
pub(crate) struct Bindings {
    pub(crate) js: String,
    pub(crate) wasm: Vec<u8>,
}

/// Generates the bindings from rustc's output.
pub(crate) fn generate(compiled: Vec<u8>) -> Result<Bindings> {
    let mut output = Bindgen::new()
        .input_bytes("latchkey", compiled)
        .web(true)
        .and_then(|bindgen| {
            bindgen
                .typescript(false)
                .omit_default_module_path(true)
                .remove_name_section(true)
                .remove_producers_section(true);
            bindgen.generate_output()
        })
        .context("wasm-bindgen failed")?;
    // Each would be a separate file beside the script, under a name without a hash.
    ensure!(
        output.snippets().values().all(Vec::is_empty) && output.local_modules().is_empty(),
        "only one script is served, but dependencies bring JavaScript of their own: {:?} {:?}",
        output.snippets(),
        output.local_modules().keys()
    );
    Ok(Bindings {
        js: output.js().to_owned(),
        wasm: output.wasm_mut().emit_wasm(),
    })
}
