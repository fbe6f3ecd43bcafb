//! `network.json`: members, spaces, plans, events, posts with comments, and courses with lessons and progress.

// Each item is parsed for the one function that consumes it.
#![allow(clippy::needless_pass_by_value)]

use latchkey_domain::content::{RichText, RichTextError, SpaceVisibility, Title};
use latchkey_domain::{Timestamp, counted};
use latchkey_headless::html::sanitize;
use latchkey_storage::content::{
    Community, NewCommunityPost, NewCourse, NewEnrolment, NewEvent, NewLesson, NewMembershipPlan, NewReply,
    NewSpace,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::member::member;
use super::record::{Place, Source, valid};
use super::time::time;
use super::{Import, Lines};

/// The maximum length of unformatted text: descriptions, places.
const PLAIN_LIMIT: usize = 2_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File<'a> {
    #[serde(borrow, default)]
    members: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    spaces: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    plans: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    events: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    posts: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    courses: Vec<&'a RawValue>,
}

/// Reads everything.
pub(super) fn read(text: &str, now: Timestamp) -> Import {
    let source = Source::new(text, now);
    let (mut community, mut lines) = (Community::default(), Lines::default());
    let mut complete = false;
    if let Some(file) = source.json::<File<'_>>(text, 1) {
        (community.members, lines.members) = each(&source, &file.members, member);
        (community.spaces, lines.spaces) = each(&source, &file.spaces, space);
        (community.plans, lines.plans) = each(&source, &file.plans, plan);
        (community.events, lines.events) = each(&source, &file.events, event);
        let (posts, at) = each(&source, &file.posts, |place, item| post(&source, place, item));
        (community.posts, lines.comments) = posts.into_iter().unzip();
        lines.posts = at;
        (community.courses, lines.courses) =
            each(&source, &file.courses, |place, item| course(&source, place, item));
        complete = lines.members.len() == file.members.len() && lines.spaces.len() == file.spaces.len();
    }
    Import {
        community,
        lines,
        complete,
        faults: source.into_faults(),
    }
}

/// The valid items and the lines where they start.
fn each<'a, 's, J: Deserialize<'a>, T>(
    source: &'s Source<'a>,
    items: &[&'a RawValue],
    convert: impl Fn(Place<'s, 'a>, J) -> Option<T>,
) -> (Vec<T>, Vec<usize>) {
    items
        .iter()
        .filter_map(|raw| {
            let (item, place) = source.record::<J>(raw)?;
            Some((convert(place, item)?, place.line()))
        })
        .unzip()
}

/// Text without formatting.
fn plain(text: String) -> Result<String, String> {
    match text.chars().count() {
        0..=PLAIN_LIMIT => Ok(text),
        length => Err(format!(
            "can have at most {PLAIN_LIMIT} characters; this has {length}"
        )),
    }
}

/// HTML or plain text that is not empty.
fn rich(text: &str) -> Result<RichText, RichTextError> {
    sanitize(text).and_then(RichText::not_blank)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SpaceJson {
    slug: String,
    name: String,
    #[serde(default)]
    description: String,
    visibility: Option<String>,
    created_at: Option<String>,
    #[serde(default)]
    members: Vec<String>,
}

fn space(place: Place<'_, '_>, item: SpaceJson) -> Option<NewSpace> {
    let visibility = item
        .visibility
        .map_or(Ok(SpaceVisibility::Public), |text| text.parse());
    valid!(NewSpace {
        slug: place.check("slug", item.slug.parse()),
        name: place.check("name", Title::parse(&item.name)),
        description: place.check("description", plain(item.description)),
        visibility: place.check("visibility", visibility),
        created_at: place.past("created_at", item.created_at.as_deref()),
        members: place.all("members", &item.members, str::parse),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanJson {
    name: String,
    #[serde(default)]
    description: String,
    price_cents: u32,
    currency: String,
    interval: String,
    created_at: Option<String>,
}

fn plan(place: Place<'_, '_>, item: PlanJson) -> Option<NewMembershipPlan> {
    valid!(NewMembershipPlan {
        name: place.check("name", Title::parse(&item.name)),
        description: place.check("description", plain(item.description)),
        price_cents: Some(item.price_cents),
        currency: place.check("currency", item.currency.parse()),
        interval: place.check("interval", item.interval.parse()),
        created_at: place.past("created_at", item.created_at.as_deref()),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventJson {
    title: String,
    description: String,
    space: Option<String>,
    organizer: Option<String>,
    location: Option<String>,
    starts_at: String,
    ends_at: String,
    created_at: Option<String>,
}

fn event(place: Place<'_, '_>, item: EventJson) -> Option<NewEvent> {
    let starts = place.check("starts_at", time(&item.starts_at));
    let ends = match (starts, time(&item.ends_at)) {
        (Some(starts), Ok(ends)) if ends < starts => Err("is before starts_at".to_owned()),
        (_, ends) => ends,
    };
    valid!(NewEvent {
        space: place.optional("space", item.space.as_deref(), str::parse),
        organizer: place.optional("organizer", item.organizer.as_deref(), str::parse),
        title: place.check("title", Title::parse(&item.title)),
        description: place.check("description", rich(&item.description)),
        location: place.check("location", item.location.map(plain).transpose()),
        starts_at: starts,
        ends_at: place.check("ends_at", ends),
        created_at: place.past("created_at", item.created_at.as_deref()),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PostJson<'a> {
    space: String,
    author: Option<String>,
    title: String,
    body: String,
    created_at: Option<String>,
    #[serde(borrow, default)]
    comments: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CommentJson {
    author: Option<String>,
    body: String,
    created_at: Option<String>,
}

fn post<'a>(
    source: &Source<'a>,
    place: Place<'_, 'a>,
    item: PostJson<'a>,
) -> Option<(NewCommunityPost, Vec<usize>)> {
    let (comments, lines) = each(source, &item.comments, comment);
    let post = valid!(NewCommunityPost {
        space: place.check("space", item.space.parse()),
        author: place.optional("author", item.author.as_deref(), str::parse),
        title: place.check("title", Title::parse(&item.title)),
        body: place.check("body", rich(&item.body)),
        created_at: place.past("created_at", item.created_at.as_deref()),
        comments: Some(comments),
    });
    Some((post?, lines))
}

fn comment(place: Place<'_, '_>, item: CommentJson) -> Option<NewReply> {
    valid!(NewReply {
        author: place.optional("author", item.author.as_deref(), str::parse),
        body: place.check("body", rich(&item.body)),
        created_at: place.past("created_at", item.created_at.as_deref()),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CourseJson<'a> {
    slug: String,
    title: String,
    #[serde(default)]
    description: String,
    created_at: Option<String>,
    #[serde(borrow, default)]
    lessons: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    enrolments: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LessonJson {
    title: String,
    body: String,
    #[serde(default)]
    minutes: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EnrolmentJson {
    member: String,
    enrolled_at: Option<String>,
    #[serde(default)]
    completed: Vec<String>,
}

fn course<'a>(source: &Source<'a>, place: Place<'_, 'a>, item: CourseJson<'a>) -> Option<NewCourse> {
    let (lessons, _) = each(source, &item.lessons, lesson);
    let count = item.lessons.len();
    let (enrolments, _) = each(source, &item.enrolments, |place, item| {
        enrolment(place, item, count)
    });
    valid!(NewCourse {
        slug: place.check("slug", item.slug.parse()),
        title: place.check("title", Title::parse(&item.title)),
        description: place.check("description", plain(item.description)),
        created_at: place.past("created_at", item.created_at.as_deref()),
        lessons: Some(lessons),
        enrolments: Some(enrolments),
    })
}

fn lesson(place: Place<'_, '_>, item: LessonJson) -> Option<NewLesson> {
    valid!(NewLesson {
        title: place.check("title", Title::parse(&item.title)),
        body: place.check("body", rich(&item.body)),
        minutes: Some(item.minutes),
    })
}

fn enrolment(place: Place<'_, '_>, item: EnrolmentJson, lessons: usize) -> Option<NewEnrolment> {
    let count = item.completed.len();
    if count > lessons {
        let (times, lessons) = (counted(count, "time"), counted(lessons, "lesson"));
        let message = format!("has {times}, and the course {lessons}");
        place.check::<(), _>("completed", Err(message));
    }
    valid!(NewEnrolment {
        member: place.check("member", item.member.parse()),
        enrolled_at: place.past("enrolled_at", item.enrolled_at.as_deref()),
        completed: place.all_past("completed", &item.completed),
    })
}
