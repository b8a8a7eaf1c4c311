//! Names and things that questions are about.

/// First names.
pub const PEOPLE: [&str; 32] = [
    "Anna", "Ben", "Carla", "David", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Kira", "Liam", "Maya",
    "Noah", "Olga", "Pablo", "Rosa", "Samir", "Tara", "Uma", "Viktor", "Wendy", "Yusuf", "Zoe", "Amina", "Boris",
    "Clara", "Dimitri", "Esther", "Felix", "Gita", "Henrik",
];

/// Things that one buys or counts, singular and plural.
pub const GOODS: [(&str, &str); 20] = [
    ("apple", "apples"),
    ("pencil", "pencils"),
    ("notebook", "notebooks"),
    ("candle", "candles"),
    ("mug", "mugs"),
    ("lemon", "lemons"),
    ("ticket", "tickets"),
    ("stamp", "stamps"),
    ("cupcake", "cupcakes"),
    ("postcard", "postcards"),
    ("brush", "brushes"),
    ("lamp", "lamps"),
    ("plate", "plates"),
    ("towel", "towels"),
    ("balloon", "balloons"),
    ("magnet", "magnets"),
    ("scarf", "scarves"),
    ("marble", "marbles"),
    ("sandwich", "sandwiches"),
    ("battery", "batteries"),
];

/// Ordinary words of five to ten letters, none a palindrome.
pub const WORDS: [&str; 64] = [
    "garden", "window", "banana", "bottle", "castle", "dragon", "engine", "forest", "guitar", "hammer", "island",
    "jacket", "kitchen", "ladder", "mirror", "needle", "orange", "pepper", "quartz", "rabbit", "saddle", "temple",
    "umbrella", "velvet", "walnut", "yellow", "zipper", "bridge", "carpet", "desert", "elephant", "feather", "glacier",
    "harbour", "insect", "jungle", "kettle", "lantern", "meadow", "nutmeg", "octopus", "parrot", "ribbon", "scissors",
    "thunder", "village", "whistle", "blossom", "compass", "dolphin", "emerald", "fountain", "giraffe", "horizon",
    "journey", "library", "monsoon", "novelist", "pumpkin", "raccoon", "sparrow", "tornado", "volcano", "mountain",
];

/// Colours.
pub const COLOURS: [&str; 12] =
    ["red", "blue", "green", "yellow", "purple", "orange", "white", "black", "brown", "pink", "grey", "silver"];

/// Towns, invented so that nobody knows anything about them.
pub const TOWNS: [&str; 16] = [
    "Ardenfold",
    "Brackwell",
    "Calverton",
    "Dunmere",
    "Eastholm",
    "Farrowby",
    "Glenhollow",
    "Harwick",
    "Ironbridge",
    "Kelstead",
    "Larkhill",
    "Millbrook",
    "Northam",
    "Oakvale",
    "Penrith",
    "Redcliff",
];

/// Places in a town.
pub const PLACES: [&str; 16] = [
    "the old library",
    "the town hall",
    "the city park",
    "the school gym",
    "the harbour cafe",
    "the community centre",
    "the railway museum",
    "the church garden",
    "the market square",
    "the boat house",
    "the art gallery",
    "the fire station",
    "the sports club",
    "the bakery",
    "the botanical garden",
    "the music school",
];
