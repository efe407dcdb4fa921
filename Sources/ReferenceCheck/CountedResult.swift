/// The outcome over a file of many cases.
package struct CountedResult: CheckResult {
    package let name: String
    let cases: Int
    /// The texts or names of the cases that differ, at most ten.
    private(set) var differing: [String] = []
    private(set) var differingCount = 0

    init(name: String, cases: Int) { (self.name, self.cases) = (name, cases) }

    package var passed: Bool { differingCount == 0 }

    package var line: String {
        let examples = differing.map { "\n       \($0.debugDescription.prefix(200))" }.joined()
        return "\(passed ? "ok    " : "FAILED") \(name): \(cases - differingCount) of \(cases) exact\(examples)"
    }

    mutating func count(_ text: String, isExact: Bool) {
        guard !isExact else { return }
        differingCount += 1
        if differing.count < 10 { differing.append(text) }
    }
}
