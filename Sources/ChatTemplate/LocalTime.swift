#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A date and a time of day, for templates that print them.
public struct LocalTime: Sendable, Equatable {
    public var year: Int
    /// From 1.
    public var month: Int
    /// From 1.
    public var day: Int
    public var hour: Int
    public var minute: Int
    public var second: Int

    public init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        (self.year, self.month, self.day) = (year, month, day)
        (self.hour, self.minute, self.second) = (hour, minute, second)
    }

    /// The time of this machine, in its time zone.
    public static func now() -> LocalTime {
        var seconds = time(nil)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return LocalTime(
            year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday),
            hour: Int(parts.tm_hour), minute: Int(parts.tm_min), second: Int(parts.tm_sec))
    }
}

extension LocalTime {
    private static let monthNames = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    private static let dayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    /// From 0, the first of January.
    private var dayOfYear: Int {
        let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return lengths.prefix(min(max(month - 1, 0), 12)).reduce(day - 1, +)
    }

    /// From 0, Sunday.
    private var weekday: Int {
        let before = year - 1
        let days = before * 365 + before / 4 - before / 100 + before / 400 + dayOfYear + 1
        return ((days % 7) + 7) % 7
    }

    private var hourOfHalf: Int { hour % 12 == 0 ? 12 : hour % 12 }
    private var daysSinceMonday: Int { (weekday + 6) % 7 }

    /// C's `strftime` in the C locale, with the flags `-`, `_`, `0`, `^` and `#` of GNU.
    func formatted(_ format: String) -> String {
        var text = ""
        var scalars = format.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "%" else {
                text.unicodeScalars.append(scalar)
                continue
            }
            var directive = "%"
            var flag: Unicode.Scalar?
            var next = scalars.next()
            while let current = next, "-_0^#EO".unicodeScalars.contains(current) {
                flag = current
                directive.unicodeScalars.append(current)
                next = scalars.next()
            }
            guard let letter = next else { return text + directive }
            directive.unicodeScalars.append(letter)
            text += field(letter, flag) ?? directive
        }
        return text
    }

    /// Nil for a letter that means nothing.
    private func field(_ letter: Unicode.Scalar, _ flag: Unicode.Scalar?) -> String? {
        func number(_ value: Int, _ width: Int = 2, pad: Unicode.Scalar = "0") -> String {
            let fill = flag == "-" ? nil : flag == "_" ? " " : flag == "0" ? "0" : Optional(String(pad))
            let digits = String(value)
            return String(repeating: fill ?? "", count: max(width - digits.utf8.count, 0)) + digits
        }
        func name(_ names: [String], _ index: Int, short: Bool = false) -> String {
            guard names.indices.contains(index) else { return "?" }
            let name = short ? String(names[index].prefix(3)) : names[index]
            return flag == "^" || flag == "#" ? name.uppercased() : name
        }
        switch letter {
        case "%": return "%"
        case "n": return "\n"
        case "t": return "\t"
        case "Y": return number(year, 1)
        case "C": return number(year / 100)
        case "y": return number(((year % 100) + 100) % 100)
        case "m": return number(month)
        case "d": return number(day)
        case "e": return number(day, pad: " ")
        case "H": return number(hour)
        case "k": return number(hour, pad: " ")
        case "I": return number(hourOfHalf)
        case "l": return number(hourOfHalf, pad: " ")
        case "M": return number(minute)
        case "S": return number(second)
        case "f": return "000000"
        case "j": return number(dayOfYear + 1, 3)
        case "u": return number(weekday == 0 ? 7 : weekday, 1)
        case "w": return number(weekday, 1)
        case "U": return number((dayOfYear + 7 - weekday) / 7)
        case "W": return number((dayOfYear + 7 - daysSinceMonday) / 7)
        case "V": return number(weekOfYear.week)
        case "G": return number(weekOfYear.year, 1)
        case "g": return number(weekOfYear.year % 100)
        case "B": return name(LocalTime.monthNames, month - 1)
        case "b", "h": return name(LocalTime.monthNames, month - 1, short: true)
        case "A": return name(LocalTime.dayNames, weekday)
        case "a": return name(LocalTime.dayNames, weekday, short: true)
        case "p": return flag == "#" ? (hour < 12 ? "am" : "pm") : hour < 12 ? "AM" : "PM"
        case "P": return hour < 12 ? "am" : "pm"
        case "F": return formatted("%Y-%m-%d")
        case "T", "X": return formatted("%H:%M:%S")
        case "R": return formatted("%H:%M")
        case "r": return formatted("%I:%M:%S %p")
        case "D", "x": return formatted("%m/%d/%y")
        case "c": return formatted("%a %b %e %H:%M:%S %Y")
        // The time has no zone, as in Python's `datetime.now()`.
        case "z", "Z": return ""
        default: return nil
        }
    }

    /// The week and the year of ISO 8601: a week belongs to the year of its Thursday.
    private var weekOfYear: (week: Int, year: Int) {
        func weeks(in year: Int) -> Int {
            let first = LocalTime(year: year, month: 1, day: 1).daysSinceMonday
            let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
            return first == 3 || (isLeap && first == 2) ? 53 : 52
        }
        let week = (dayOfYear + 1 - (daysSinceMonday + 1) + 10) / 7
        if week < 1 { return (weeks(in: year - 1), year - 1) }
        if week > weeks(in: year) { return (1, year + 1) }
        return (week, year)
    }
}
