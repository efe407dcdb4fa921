/// The values of `format` that are obeyed. Others are annotations.
enum StringFormat: String, CaseIterable {
    case date
    case time
    case dateTime = "date-time"
    case uuid
    case email
    case ipv4

    /// A regular expression that the whole text matches. Dates exist: no 30 February, and 29 February in leap years
    /// only; seconds are never 60.
    var source: String { "^(?:\(body))$" }

    /// The expressions, read once.
    static let patterns: [StringFormat: Pattern] = {
        var patterns: [StringFormat: Pattern] = [:]
        for format in allCases { patterns[format] = try? Pattern(format.source) }
        return patterns
    }()

    private var body: String {
        switch self {
        case .date: Self.fullDate
        case .time: Self.fullTime
        case .dateTime: "(?:\(Self.fullDate))T\(Self.fullTime)"
        case .uuid: "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
        case .email: "\(Self.word)(?:\\.\(Self.word))*@\(Self.label)(?:\\.\(Self.label))+"
        case .ipv4: "(?:\(Self.byte)\\.){3}\(Self.byte)"
        }
    }

    // 0001 to 9999: Python and others know no year 0.
    private static let year = "(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})"
    private static let fours = "(?:0[48]|[2468][048]|[13579][26])"
    private static let leapYear = "(?:[0-9]{2}\(fours)|\(fours)00)"
    private static let monthAndDay = """
        (?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)\
        |02-(?:0[1-9]|1[0-9]|2[0-8]))
        """
    private static let fullDate = "\(year)-\(monthAndDay)|\(leapYear)-02-29"

    private static let hour = "(?:[01][0-9]|2[0-3])"
    private static let fullTime = "\(hour):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?(?:Z|[+-]\(hour):[0-5][0-9])"

    private static let word = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
    private static let label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    private static let byte = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
}
