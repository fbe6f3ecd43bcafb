//! Builds the whole site: from the sources to the folder that the server embeds.

use std::fs;

use anyhow::{Context, Result};

use crate::cache::Cache;
use crate::compress::{self, Effort};
use crate::layout::Layout;
use crate::manifest::{self, Manifest};
use crate::publish::{self, Files};
use crate::{bindings, extras, fingerprint, optimise, report, stylesheet, wasm_build};

/// Builds `target/site`.
pub(crate) fn build(layout: &Layout, effort: Effort) -> Result<()> {
    let work = layout.work();
    fs::create_dir_all(&work).with_context(|| format!("cannot create {}", work.display()))?;
    let cache = Cache::open(work.join("cache"))?;

    let bindings = bindings::generate(wasm_build::compile(layout)?)?;
    let wasm = match effort {
        Effort::Full => optimise::optimise(&bindings.wasm, layout, &cache)?,
        Effort::Fast => bindings.wasm,
    };
    let css = stylesheet::join(&layout.styles())?;

    let mut files = publish::read(&layout.public())?;
    let mut extras = extras::take_scripts(&mut files);
    extras.extend(extras::explorer(layout)?);
    extras.insert(
        "pages.css".to_owned(),
        stylesheet::join(&layout.page_styles())?.into_bytes(),
    );
    let mut add = |extension: &str, content: Vec<u8>| {
        let path = format!("pkg/{}", fingerprint::hashed_name(extension, &content));
        files.insert(path.clone(), content);
        format!("/{path}")
    };
    let manifest = Manifest {
        js: add("js", bindings.js.into_bytes()),
        wasm: add("wasm", wasm),
        css: add("css", css.into_bytes()),
        extras: extras
            .into_iter()
            .map(|(name, content)| {
                let extension = name.rsplit('.').next().unwrap_or_default();
                let address = add(extension, content);
                (name, address)
            })
            .collect(),
    };
    compress_all(&mut files, effort, &cache)?;
    files.insert(manifest::FILE.to_owned(), manifest.to_json().into_bytes());
    cache.drop_unused()?;

    if publish::publish(&files, &layout.site())? {
        print!("{}", report::table(&files));
    } else {
        println!("The site is unchanged.");
    }
    Ok(())
}

fn compress_all(files: &mut Files, effort: Effort, cache: &Cache) -> Result<()> {
    let mut compressed = Files::new();
    for (path, content) in files.iter().filter(|(path, _)| compress::is_worthwhile(path)) {
        compressed.insert(format!("{path}.br"), compress::brotli(content, effort, cache)?);
    }
    files.extend(compressed);
    Ok(())
}
