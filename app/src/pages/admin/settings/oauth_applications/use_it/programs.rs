//! The programs on the page. They are files, which tests run unchanged. They read everything about an application from
//! the environment, so that the secret is in one place.

/// A program in one language.
pub(super) struct Program {
    /// Its name in URLs and ids.
    pub(super) id: &'static str,
    /// Its language.
    pub(super) language: &'static str,
    /// The file to save it as.
    pub(super) file: &'static str,
    /// The command that runs it.
    pub(super) run: &'static str,
    /// The start of a comment.
    pub(super) comment: &'static str,
    confidential: &'static str,
    public: &'static str,
}

impl Program {
    /// Its text for a confidential or for a public application.
    pub(super) fn text(&self, confidential: bool) -> &'static str {
        if confidential {
            self.confidential
        } else {
            self.public
        }
    }
}

/// All programs, the most universal first.
pub(super) const PROGRAMS: [Program; 4] = [
    Program {
        id: "curl",
        language: "curl",
        file: "connect.sh",
        run: "bash connect.sh",
        comment: "#",
        confidential: include_str!("../../../../../../snippets/confidential/connect.sh"),
        public: include_str!("../../../../../../snippets/public/connect.sh"),
    },
    Program {
        id: "node",
        language: "Node.js",
        file: "connect.mjs",
        run: "node --env-file=.env connect.mjs",
        comment: "//",
        confidential: include_str!("../../../../../../snippets/confidential/connect.mjs"),
        public: include_str!("../../../../../../snippets/public/connect.mjs"),
    },
    Program {
        id: "python",
        language: "Python",
        file: "connect.py",
        run: "set -a; . ./.env; set +a\npython3 connect.py",
        comment: "#",
        confidential: include_str!("../../../../../../snippets/confidential/connect.py"),
        public: include_str!("../../../../../../snippets/public/connect.py"),
    },
    Program {
        id: "rust",
        language: "Rust",
        file: "src/main.rs",
        run: "set -a; . ./.env; set +a\ncargo run",
        comment: "//",
        confidential: include_str!("../../../../../../snippets/confidential/connect.rs"),
        public: include_str!("../../../../../../snippets/public/connect.rs"),
    },
];
