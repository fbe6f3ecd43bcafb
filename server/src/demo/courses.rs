//! What the demonstration network teaches.

/// A course: its slug, title, description, and lessons with their minutes.
pub(super) struct Syllabus {
    pub(super) slug: &'static str,
    pub(super) title: &'static str,
    pub(super) description: &'static str,
    pub(super) lessons: &'static [(&'static str, u32)],
}

pub(super) const COURSES: [Syllabus; 6] = [
    Syllabus {
        slug: "workshop-safety",
        title: "Workshop Safety",
        description: "What everyone has to know before using the machines alone.",
        lessons: &[
            ("Where things are", 8),
            ("Dust, noise, eyes", 12),
            ("The table saw", 20),
            ("When it goes wrong", 10),
        ],
    },
    Syllabus {
        slug: "first-joints",
        title: "Your First Joints",
        description: "Four joints by hand, from the butt joint to the dovetail.",
        lessons: &[
            ("Sharpening", 25),
            ("Marking out", 15),
            ("The half lap", 30),
            ("Mortise and tenon", 40),
            ("The dovetail", 45),
            ("Glue and clamps", 15),
        ],
    },
    Syllabus {
        slug: "throwing-basics",
        title: "Throwing Basics",
        description: "From a lump of clay to a bowl that stands.",
        lessons: &[
            ("Wedging", 10),
            ("Centring", 30),
            ("Opening and pulling", 35),
            ("Trimming", 25),
            ("Glazing", 20),
        ],
    },
    Syllabus {
        slug: "sensors-at-home",
        title: "Sensors at Home",
        description: "Build a thermometer that reports to your own server.",
        lessons: &[
            ("Parts and tools", 10),
            ("Soldering", 25),
            ("Reading a sensor", 30),
            ("Sending it on", 30),
            ("A nice chart", 20),
            ("Running for a year on a battery", 15),
            ("An enclosure", 20),
        ],
    },
    Syllabus {
        slug: "sourdough-in-a-week",
        title: "Sourdough in a Week",
        description: "A starter on Monday, a loaf on Sunday.",
        lessons: &[
            ("The starter", 10),
            ("Feeding", 5),
            ("Flour and water", 10),
            ("Folding", 15),
            ("Shaping", 15),
            ("Proofing", 10),
            ("Baking", 20),
        ],
    },
    Syllabus {
        slug: "hosting-an-evening",
        title: "Hosting an Evening",
        description: "How to invite, teach and close a workshop evening.",
        lessons: &[
            ("Choosing a subject", 10),
            ("Inviting", 10),
            ("Teaching with your hands", 20),
            ("Closing time", 5),
        ],
    },
];

/// The plans: name, benefits, price in cents, billing interval.
pub(super) const PLANS: [(&str, &str, u32, &str); 4] = [
    (
        "Friend",
        "The newsletter, the events and the marketplace.",
        0,
        "once",
    ),
    (
        "Maker",
        "The workshop on open evenings, and every course.",
        2_900,
        "month",
    ),
    ("Maker, yearly", "As Maker, with two months free.", 29_000, "year"),
    (
        "Resident",
        "A bench of your own, a key, and the loading dock.",
        14_500,
        "month",
    ),
];
