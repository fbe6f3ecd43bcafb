//! What the demonstration network talks about: its spaces and their content.

/// A space and the subjects of its posts.
pub(super) struct Topic {
    pub(super) slug: &'static str,
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) private: bool,
    /// Subjects, spelled for the middle of a sentence.
    pub(super) things: [&'static str; 9],
}

const fn topic(
    slug: &'static str,
    name: &'static str,
    description: &'static str,
    private: bool,
    things: [&'static str; 9],
) -> Topic {
    Topic {
        slug,
        name,
        description,
        private,
        things,
    }
}

pub(super) const TOPICS: [Topic; 12] = [
    topic(
        "welcome",
        "Welcome & Introductions",
        "Say hello: who you are, what you make, and what you hope to learn.",
        false,
        [
            "the shop keys",
            "the first evening",
            "the tool library",
            "the sign-up sheet",
            "the open house",
            "the tour",
            "the buddy system",
            "the house rules",
            "the coffee fund",
        ],
    ),
    topic(
        "woodworking",
        "Woodworking",
        "Hand tools, joinery, finishes and the eternal question of clamps.",
        false,
        [
            "a dovetail joint",
            "a shoulder plane",
            "walnut offcuts",
            "a workbench vise",
            "shellac",
            "a marking gauge",
            "a Japanese saw",
            "green oak",
            "a card scraper",
        ],
    ),
    topic(
        "ceramics",
        "Ceramics Studio",
        "Throwing, hand-building, glazes and the kiln schedule.",
        false,
        [
            "a celadon glaze",
            "the electric kiln",
            "stoneware clay",
            "a pulled handle",
            "slip trailing",
            "a banding wheel",
            "a cone 6 firing",
            "wax resist",
            "reclaimed clay",
        ],
    ),
    topic(
        "textiles",
        "Textiles & Sewing",
        "From mending socks to pattern drafting.",
        false,
        [
            "a walking foot",
            "an indigo vat",
            "a bias binding",
            "sashiko mending",
            "a linen shirt",
            "the overlocker",
            "a quilt back",
            "beeswax thread",
            "a toile",
        ],
    ),
    topic(
        "electronics",
        "Electronics & Code",
        "Microcontrollers, sensors, radios and the programs that make them useful.",
        false,
        [
            "an ESP32 sensor",
            "a soldering iron",
            "a stepper driver",
            "a LoRa gateway",
            "an oscilloscope",
            "a lithium charger",
            "an e-ink display",
            "a logic analyser",
            "a PCB order",
        ],
    ),
    topic(
        "printing",
        "3D Printing & Laser",
        "Settings, materials, models and maintenance of the machines.",
        false,
        [
            "a PETG profile",
            "the laser's lens",
            "a clogged nozzle",
            "a living hinge",
            "the bed levelling",
            "resin prints",
            "a plywood box",
            "a kerf test",
            "the fume extractor",
        ],
    ),
    topic(
        "bread",
        "Bread & Fermentation",
        "Sourdough, pickles and everything else that bubbles.",
        false,
        [
            "a sourdough starter",
            "rye flour",
            "a banneton",
            "kimchi",
            "a Dutch oven",
            "kombucha",
            "a cold proof",
            "miso paste",
            "baguette shaping",
        ],
    ),
    topic(
        "garden",
        "Community Garden",
        "Beds, compost, seeds and the watering rota.",
        false,
        [
            "the compost heap",
            "tomato seedlings",
            "the rain barrel",
            "raised beds",
            "a bean trellis",
            "slug traps",
            "the seed library",
            "winter kale",
            "the herb spiral",
        ],
    ),
    topic(
        "bikes",
        "Bike Repair",
        "Fix your own, and help on the free repair Sundays.",
        false,
        [
            "a bottom bracket",
            "a squeaky brake",
            "wheel truing",
            "a bent derailleur hanger",
            "tubeless tyres",
            "a dynamo light",
            "a cargo bike",
            "a seized seat post",
            "cable housing",
        ],
    ),
    topic(
        "marketplace",
        "Swap & Sell",
        "Tools, materials and time, offered and wanted.",
        false,
        [
            "a band saw",
            "an old sewing machine",
            "leather scraps",
            "a box of hinges",
            "a kiln shelf",
            "spare filament",
            "a bike stand",
            "a bag of clay",
            "a set of chisels",
        ],
    ),
    topic(
        "moderators",
        "Moderators’ Corner",
        "Where moderators agree on what to do.",
        true,
        [
            "the reported post",
            "the spam wave",
            "the new guidelines",
            "the open-house rota",
            "the member survey",
            "a heated thread",
            "the photo policy",
            "the newsletter",
            "the code of conduct",
        ],
    ),
    topic(
        "studio-residents",
        "Studio Residents",
        "For those who rent a bench: deliveries, keys, quiet hours.",
        true,
        [
            "bench six",
            "the loading dock",
            "the spray booth",
            "the night key",
            "the heating",
            "the shared freezer",
            "the dust collector",
            "the storage cage",
            "the insurance",
        ],
    ),
];

/// Titles and texts of posts. `{thing}` is one of the space's.
pub(super) const POSTS: [(&str, &str); 8] = [
    (
        "What I learned about {thing}",
        "<p>I have spent a few weekends with {thing} by now, and three things would have saved me time:</p>\
         <ul><li>start smaller than you think,</li><li>write down what you did,</li><li>ask before it is too late to \
         undo.</li></ul><p>What would you add?</p>",
    ),
    (
        "Question about {thing}",
        "<p>I am stuck with {thing}. It worked <em>fine</em> last month, and since then I changed nothing that I know of. \
         Has anybody here seen the same, and where would you look first?</p>",
    ),
    (
        "Photos: {thing}, before and after",
        "<p>As promised on Thursday, here is how {thing} came out. The second attempt is the one I am keeping; the first \
         is on the shelf of shame, and you may laugh at it.</p>",
    ),
    (
        "Anyone up for an evening on {thing}?",
        "<p>There was so much interest in {thing} that I would like to show what I know. <strong>Two hours, eight people, \
         no experience needed.</strong> Write below which day suits you.</p>",
    ),
    (
        "Please be careful with {thing}",
        "<p>A friendly reminder about {thing}: last week it was left in a state that cost somebody an evening. Clean up, \
         put it back, and say so when something breaks. Nobody will be cross.</p>",
    ),
    (
        "A beginner’s guide to {thing}",
        "<p>I wrote down what I tell everyone who asks about {thing}.</p><ol><li>Watch somebody do it once.</li><li>Do it \
         together.</li><li>Do it alone, with somebody in the room.</li></ol><p>Corrections are welcome.</p>",
    ),
    (
        "{thing}: is it worth the money?",
        "<p>I keep going back and forth about {thing}. The cheap way is slow and the good one costs as much as a month of \
         rent. What do you use, and would you buy it again?</p>",
    ),
    (
        "Thank you for the help with {thing}",
        "<p>To everybody who answered my questions about {thing}: it works! I owe some of you cake, which will be in the \
         kitchen on Saturday from three.</p>",
    ),
];

/// Texts of comments.
pub(super) const COMMENTS: [&str; 20] = [
    "<p>I had the same with {thing}. Patience helped more than tools.</p>",
    "<p>Count me in!</p>",
    "<p>Have you asked in the workshop on Tuesday? There is always somebody who knows {thing} well.</p>",
    "<p>This should be pinned.</p>",
    "<p>Lovely work. How long did it take you?</p>",
    "<p>I would not worry, it looks worse than it is.</p>",
    "<p>Saturday suits me, Thursday does not.</p>",
    "<p>Careful: <strong>unplug it first</strong>. I learned that about {thing} the hard way.</p>",
    "<p>Thank you, that answered my question too.</p>",
    "<p>Mine did that until I cleaned it properly.</p>",
    "<p>There is a good chapter about {thing} in the red book on the library shelf.</p>",
    "<p>I can lend you mine for a week.</p>",
    "<p>Second this. And take photographs as you go.</p>",
    "<p>Not sure that I agree, but I will try it your way.</p>",
    "<p>Could you bring it along on Sunday? I would like to see it.</p>",
    "<p>We should make a short video about {thing}.</p>",
    "<p>Cake is the right answer to everything.</p>",
    "<p>I wrote to you, check your messages.</p>",
    "<p>It took me three attempts, so do not give up.</p>",
    "<p>Added to the list for the next order.</p>",
];

/// Recurring events: titles and descriptions. `{thing}` is one of the space's.
pub(super) const EVENTS: [(&str, &str, &str); 5] = [
    (
        "Open workshop: {thing}",
        "<p>Come by with your project. Two of us are there to help, and {thing} gets a short introduction at seven.</p>",
        "Harbor Street 12, main hall",
    ),
    (
        "Beginners’ evening: {thing}",
        "<p>For everybody who has never tried. We bring the material, you bring an apron.</p>",
        "Harbor Street 12, room 2",
    ),
    (
        "Show and tell: {thing}",
        "<p>Five minutes each, no slides. Bring what you made, finished or not.</p>",
        "Harbor Street 12, kitchen",
    ),
    (
        "Repair café around {thing}",
        "<p>Bring what is broken. Repairs are free, and cake is by donation.</p>",
        "Harbor Street 12, yard",
    ),
    (
        "Online hour: {thing}",
        "<p>Questions and answers from home. The link comes an hour before.</p>",
        "Online",
    ),
];
