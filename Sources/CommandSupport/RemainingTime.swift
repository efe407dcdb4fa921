/// A time that is left, in words as exact as an estimate is: "45 s", "3 min", "2 h 5 min".
package func remainingTime(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e6 else { return "days" }
    let seconds = max(0, Int(seconds.rounded()))
    if seconds < 100 { return "\(seconds) s" }
    let minutes = (seconds + 30) / 60
    return minutes < 100 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
}
