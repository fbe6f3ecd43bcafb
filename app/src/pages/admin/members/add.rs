//! `/admin/members/add`: a new member.

use latchkey_domain::Role;
use leptos::prelude::*;

use super::address;
use crate::components::breadcrumb::breadcrumb;
use crate::components::form::{Field, Toggle};
use crate::components::frame::Frame;
use crate::components::navigation::{AdminSection, Level, Visitor};

/// The form, and what is wrong with what was sent.
#[derive(Clone, Debug)]
pub struct AddMemberPage {
    pub frame: Frame,
    pub visitor: Visitor,
    /// What was typed.
    pub name: String,
    pub email: String,
    pub role: Role,
    pub problems: AddMemberProblems,
}

/// What is wrong with the form, one sentence each.
#[derive(Clone, Debug, Default)]
pub struct AddMemberProblems {
    pub name: Option<String>,
    pub email: Option<String>,
}

impl AddMemberPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            name,
            email,
            role,
            problems,
        } = self;
        let is_email_first = problems.name.is_none() && problems.email.is_some();
        let fields = [
            Field {
                name: "name",
                label: "Name",
                kind: "text",
                autocomplete: "off",
                hint: Some("Others see it.".into()),
                value: name,
                required: true,
                error: problems.name,
                autofocus: !is_email_first,
            },
            Field {
                name: "email",
                label: "Email",
                kind: "email",
                autocomplete: "off",
                hint: Some("The member signs in with it.".into()),
                value: email,
                required: true,
                error: problems.email,
                autofocus: is_email_first,
            },
        ];
        frame.admin(
            "Add a member",
            visitor,
            AdminSection::Members,
            Level::Below,
            view! {
                {breadcrumb(vec![AdminSection::Members.link()])}
                <h1 class="page-title">"Add a member"</h1>
                <p class="page-lead">
                    "You get a link to send to them. With it they choose a password and are signed in."
                </p>
                <form class="stack narrow" method="post" action=address::ADD>
                    {fields.map(Field::into_view).into_iter().collect_view()}
                    {role_field(role)}
                    <div class="form-buttons">
                        <button class="button button-primary" type="submit">
                            "Add member"
                        </button>
                        <a class="button" href=AdminSection::Members.path()>
                            "Cancel"
                        </a>
                    </div>
                </form>
            },
        )
    }
}

/// The choice of a role, each with what it means.
pub(super) fn role_field(chosen: Role) -> impl IntoView {
    let options = Role::ALL.into_iter().rev().map(|role| {
        let toggle = Toggle {
            kind: "radio",
            id: format!("role-{}", role.id()),
            name: "role",
            value: role.id(),
            is_chosen: role == chosen,
            label: role.label(),
            hint: match role {
                Role::Host => "Everything in Admin: applications, members, settings. May allow applications to read the whole network.",
                Role::Moderator => "As a member. Applications that may read the network see the role.",
                Role::Member => "Signs in and connects applications.",
            },
        };
        toggle.into_view()
    });
    view! {
        <fieldset class="field roles">
            <legend class="field-label">"Role"</legend>
            {options.collect_view()}
        </fieldset>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_sound, frame, visitor};

    #[test]
    fn what_was_typed_stays_beside_what_is_wrong() {
        let html = AddMemberPage {
            frame: frame(),
            visitor: visitor(true),
            name: "Ada \"<b>".into(),
            email: "ada".into(),
            role: Role::Moderator,
            problems: AddMemberProblems {
                name: None,
                email: Some("That is not an email address.".into()),
            },
        }
        .to_html();
        assert_sound(&html);
        assert_eq!(html.matches(" autofocus").count(), 1);
        assert_eq!(html.matches(" checked").count(), 1);
        for text in [
            "value=\"Ada &quot;&lt;b&gt;\"",
            "aria-invalid=\"true\"",
            "id=\"role-moderator\" name=\"role\" value=\"moderator\" checked",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
    }
}
