//! Where things are in the workspace.

use std::path::{Path, PathBuf};

/// The folders that the build steps read and write.
pub(crate) struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The workspace that this program was built from.
    pub(crate) fn of_this_workspace() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .unwrap_or(Path::new("."))
            .to_path_buf();
        Self { root }
    }

    /// The folder of the workspace's `Cargo.toml`.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The hand-written style sheets.
    pub(crate) fn styles(&self) -> PathBuf {
        self.root.join("style")
    }

    /// The style sheets of single pages, which the interactive pages do not load.
    pub(crate) fn page_styles(&self) -> PathBuf {
        self.styles().join("pages")
    }

    /// Files that are served under their own names: icons, `robots.txt`.
    pub(crate) fn public(&self) -> PathBuf {
        self.root.join("public")
    }

    /// What the server embeds.
    pub(crate) fn site(&self) -> PathBuf {
        self.root.join("target/site")
    }

    /// Where cargo builds the page.
    pub(crate) fn page_target(&self) -> PathBuf {
        self.root.join("target/page")
    }

    /// Intermediate results; deleting them costs time, nothing else.
    pub(crate) fn work(&self) -> PathBuf {
        self.root.join("target/site-work")
    }

    /// Where the npm packages are that the site is built with.
    pub(crate) fn packages(&self) -> PathBuf {
        self.root.join("end2end/node_modules")
    }

    /// The npm package whose `wasm-opt` understands what rustc emits.
    pub(crate) fn binaryen(&self) -> PathBuf {
        self.packages().join("binaryen")
    }
}
