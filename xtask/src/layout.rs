//! The folders of the workspace.

use std::path::{Path, PathBuf};

/// The folders that the build steps read and write.
pub(crate) struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The workspace of this program.
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

    /// The style sheets of single pages. Interactive pages do not load them.
    pub(crate) fn page_styles(&self) -> PathBuf {
        self.styles().join("pages")
    }

    /// Files that are served under their own names: icons, `robots.txt`.
    pub(crate) fn public(&self) -> PathBuf {
        self.root.join("public")
    }

    /// The files that the server embeds.
    pub(crate) fn site(&self) -> PathBuf {
        self.root.join("target/site")
    }

    /// The target folder of the page's build.
    pub(crate) fn page_target(&self) -> PathBuf {
        self.root.join("target/page")
    }

    /// Intermediate results. Deleting them only costs time.
    pub(crate) fn work(&self) -> PathBuf {
        self.root.join("target/site-work")
    }

    /// The npm packages that the build uses.
    pub(crate) fn packages(&self) -> PathBuf {
        self.root.join("end2end/node_modules")
    }

    /// The npm package of the `wasm-opt` that supports rustc's output.
    pub(crate) fn binaryen(&self) -> PathBuf {
        self.packages().join("binaryen")
    }
}
