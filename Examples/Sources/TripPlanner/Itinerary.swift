import GemmaMacros  // FoundationModels: import FoundationModels

@Generable
struct Itinerary {
    @Guide(description: "An exciting name for the trip")
    let title: String
    @Guide(description: "What there is to see or do on each day", .minimumCount(1), .maximumCount(7))
    let days: [DayPlan]
    let rationale: String
}

@Generable
struct DayPlan {
    @Guide(description: "What the day is about")
    let title: String
    @Guide(.count(3))
    let activities: [Activity]
}

@Generable
struct Activity {
    let kind: Kind
    let title: String
    let sight: String?
}

@Generable
enum Kind { case sightseeing, food, beach, rest }
