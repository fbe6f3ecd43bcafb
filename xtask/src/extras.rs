//! Scripts and styles that only some pages load: ours from `public/scripts`, and `GraphiQL` for the explorer.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};

use crate::layout::Layout;
use crate::publish::Files;

/// Content by plain name. Each file is served under a name with its hash, which is in the manifest.
pub(crate) type Extras = BTreeMap<String, Vec<u8>>;

/// The folder of our scripts in `public/`.
const SCRIPTS: &str = "scripts/";

/// The files of `GraphiQL`, in the order in which a browser has to run them. The licence of each package is included,
/// because it requires that.
const GRAPHIQL: [(&str, &str); 3] = [
    ("react", "umd/react.production.min.js"),
    ("react-dom", "umd/react-dom.production.min.js"),
    ("graphiql", "dist/index.umd.js"),
];

/// Removes our scripts from the files that are served under their own names.
pub(crate) fn take_scripts(files: &mut Files) -> Extras {
    let names: Vec<String> = files
        .keys()
        .filter(|path| path.starts_with(SCRIPTS))
        .cloned()
        .collect();
    names
        .into_iter()
        .filter_map(|path| {
            let content = files.remove(&path)?;
            Some((path.trim_start_matches(SCRIPTS).to_owned(), content))
        })
        .collect()
}

/// `GraphiQL` with everything that it needs: nothing comes from another server.
pub(crate) fn explorer(layout: &Layout) -> Result<Extras> {
    let mut script = String::new();
    for (package, file) in GRAPHIQL {
        script.push_str(&licence(layout, package)?);
        script.push_str(without_map(&read(layout, package, file)?));
        script.push_str("\n;\n");
    }
    let style = licence(layout, "graphiql")? + &read(layout, "graphiql", "dist/style.css")?;
    Ok(Extras::from([
        ("graphiql.js".to_owned(), script.into_bytes()),
        ("graphiql.css".to_owned(), style.into_bytes()),
    ]))
}

/// The licence of a package, as a comment.
fn licence(layout: &Layout, package: &str) -> Result<String> {
    let text = read(layout, package, "LICENSE")?;
    Ok(format!(
        "/*! {package}\n{}\n*/\n",
        text.trim().replace("*/", "* /")
    ))
}

/// A script without the reference to its source map, which is not served.
fn without_map(script: &str) -> &str {
    script
        .rsplit_once("//# sourceMappingURL=")
        .map_or(script, |(script, _)| script)
}

fn read(layout: &Layout, package: &str, file: &str) -> Result<String> {
    let path = layout.packages().join(package).join(file);
    fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}: run scripts/setup.sh build", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_scripts_lose_their_own_addresses() {
        let mut files = Files::from([
            ("scripts/copy.js".into(), b"1".to_vec()),
            ("favicon.svg".into(), b"2".to_vec()),
        ]);
        let extras = take_scripts(&mut files);
        assert_eq!(extras, Extras::from([("copy.js".into(), b"1".to_vec())]));
        assert_eq!(files.keys().collect::<Vec<_>>(), ["favicon.svg"]);
    }

    #[test]
    fn the_explorer_is_whole_and_names_its_licences() -> Result<()> {
        let files = explorer(&Layout::of_this_workspace())?;
        let script = String::from_utf8(files["graphiql.js"].clone())?;
        let places: Vec<_> = ["/*! react\n", "/*! react-dom\n", "/*! graphiql\n"]
            .map(|comment| script.find(comment))
            .into_iter()
            .collect::<Option<_>>()
            .context("a licence is missing")?;
        assert!(places.is_sorted(), "{places:?}");
        assert!(!script.contains("sourceMappingURL"));
        assert!(files["graphiql.css"].len() > 10_000);
        Ok(())
    }
}
