/// Characters in groups that some classes do not tell apart.
struct CharacterAlphabet {
    /// They have no character in common.
    private(set) var groups: [CharacterClass] = []
    /// The groups that each of the classes consists of.
    private(set) var groupsOfClass: [[Int]]

    init(_ classes: [CharacterClass]) {
        // Where a class begins or ends, what is in which class changes.
        var changes: [UInt32: [Int]] = [:]
        for (number, characters) in classes.enumerated() {
            for range in characters.ranges {
                changes[range.lowerBound, default: []].append(number)
                changes[range.upperBound + 1, default: []].append(number)
            }
        }
        var places: [[UInt64]: Int] = [:]
        var ranges: [[ClosedRange<UInt32>]] = []
        groupsOfClass = [[Int]](repeating: [], count: classes.count)
        var members = [UInt64](repeating: 0, count: (classes.count + 63) / 64)
        let starts = changes.keys.sorted()
        for (index, start) in starts.enumerated() {
            for number in changes[start] ?? [] { members[number / 64] ^= 1 << UInt64(number % 64) }
            guard index + 1 < starts.count, members.contains(where: { $0 != 0 }) else { continue }
            let range = start...starts[index + 1] - 1
            if let place = places[members] {
                ranges[place].append(range)
            } else {
                places[members] = ranges.count
                for number in classes.indices where members[number / 64] >> UInt64(number % 64) & 1 == 1 {
                    groupsOfClass[number].append(ranges.count)
                }
                ranges.append([range])
            }
        }
        groups = ranges.map { CharacterClass($0) }
    }
}
