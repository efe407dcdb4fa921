/// What is assigned to, before it is known in which scope.
indirect enum TargetSyntax {
    case name(String)
    case tuple([TargetSyntax], Place)
    case namespaceMember(String, Text, Place)

    /// The names that are stored.
    var names: [String] {
        switch self {
        case .name(let name): [name]
        case .tuple(let parts, _): parts.flatMap(\.names)
        case .namespaceMember: []
        }
    }
}

extension Parser {
    /// - Parameter end: the keyword that follows.
    mutating func parseTarget(
        until end: String? = nil, allowsMembers: Bool = false
    ) throws(SyntaxError) -> TargetSyntax {
        try enter()
        defer { leave() }
        let start = place
        var parts: [TargetSyntax] = []
        var isTuple = false
        while !isEndOfTarget(end) {
            parts.append(try parseTargetPart(allowsMembers: allowsMembers))
            guard skip(.comma) else { break }
            isTuple = true
        }
        if !isTuple, let part = parts.first { return part }
        guard isTuple else { throw unexpected("a name to assign to") }
        return .tuple(parts, start)
    }

    private func isEndOfTarget(_ end: String?) -> Bool {
        switch current.kind {
        case .blockEnd, .symbol(.rightParenthesis), .symbol(.rightBracket), .symbol(.assign): true
        case .name(let name): name == end
        default: false
        }
    }

    private mutating func parseTargetPart(allowsMembers: Bool) throws(SyntaxError) -> TargetSyntax {
        let start = place
        if skip(.leftParenthesis) {
            let target = try parseTarget()
            try expect(.rightParenthesis)
            return target
        }
        if skip(.leftBracket) {
            let target = try parseTarget()
            try expect(.rightBracket)
            return if case .tuple = target { target } else { .tuple([target], start) }
        }
        let name = try expectName()
        guard !["true", "false", "none", "True", "False", "None"].contains(name) else {
            throw SyntaxError("'\(name)' cannot be assigned to", start)
        }
        if allowsMembers, skip(.dot) { return .namespaceMember(name, Text(try expectName()), start) }
        return .name(name)
    }

    /// The target as a parameter of the current scope: it hides what is outside.
    mutating func declare(_ target: TargetSyntax) -> Target {
        switch target {
        case .name(let name): return .name(recorder.parameter(name))
        case .tuple(let parts, let place):
            var targets: [Target] = []
            for part in parts { targets.append(declare(part)) }
            return .tuple(targets, place)
        case .namespaceMember(let name, let member, let place):
            return .namespaceMember(recorder.load(name), member, place)
        }
    }

    mutating func store(_ target: TargetSyntax) -> Target {
        switch target {
        case .name(let name): return .name(recorder.store(name))
        case .tuple(let parts, let place):
            var targets: [Target] = []
            for part in parts { targets.append(store(part)) }
            return .tuple(targets, place)
        case .namespaceMember(let name, let member, let place):
            return .namespaceMember(recorder.load(name), member, place)
        }
    }
}
