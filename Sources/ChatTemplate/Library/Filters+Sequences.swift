extension Filter {
    static let sequences: [String: Filter] = [
        "length": length, "count": length,
        "list": Filter { renderer, value, arguments throws(TemplateError) in
            try renderer.bindNone(arguments)
            return try renderer.makeList(renderer.elements(of: value))
        },
        "first": Filter { renderer, value, arguments throws(TemplateError) in
            try renderer.bindNone(arguments)
            let none = Value.undefined(Undefined(.aggregate))
            if case .iterator(let iterator) = value { return iterator.takeFirst() ?? none }
            if case .text(let text) = value {
                return text.isEmpty ? none : .text(text[0..<text.scalarLength(at: 0)])
            }
            if case .list(let list) = value { return list.elements.first ?? none }
            return try renderer.elements(of: value).first ?? none
        },
        "last": Filter { renderer, value, arguments throws(TemplateError) in
            try renderer.bindNone(arguments)
            switch value {
            case .iterator, .loop: throw renderer.error(.type("\(value.typeName) cannot be reversed"))
            case .undefined(let undefined): throw renderer.error(.undefined(undefined.message))
            case .list(let list): return list.elements.last ?? .undefined(Undefined(.aggregate))
            default: return try renderer.elements(of: value).last ?? .undefined(Undefined(.aggregate))
            }
        },
        "random": Filter { renderer, value, arguments throws(TemplateError) in
            try renderer.bindNone(arguments)
            return try renderer.elements(of: value).randomElement() ?? .undefined(Undefined(.aggregate))
        },
        "reverse": Filter { renderer, value, arguments throws(TemplateError) in
            try renderer.bindNone(arguments)
            switch value {
            case .text: return try renderer.slice(of: value, from: .none, to: .none, step: .integer(-1))
            case .iterator: return try renderer.makeList(renderer.elements(of: value).reversed())
            default:
                let elements = try renderer.elements(of: value)
                return try renderer.makeGenerator(elements.reversed(), typeName: "reversed \(value.typeName)")
            }
        },
        "join": Filter { renderer, value, arguments throws(TemplateError) in
            let bound = try renderer.bind(arguments, ["d", "attribute"])
            let separator = try renderer.text(of: bound[0] ?? .emptyText)
            var builder = TextBuilder()
            for (index, element) in try renderer.elements(of: value).enumerated() {
                if index > 0 { try renderer.append(separator, to: &builder) }
                let part = try renderer.attribute(bound[1] ?? .none, of: element)
                try renderer.append(renderer.text(of: part), to: &builder)
            }
            return .text(builder.text)
        },
        "sort": Filter { renderer, value, arguments throws(TemplateError) in
            let bound = try renderer.bind(arguments, ["reverse", "case_sensitive", "attribute"])
            let elements = try renderer.elements(of: value)
            let keys = try renderer.keys(of: elements, bound[2], isCaseSensitive: bound[1]?.isTrue ?? false)
            return try renderer.makeList(
                renderer.inOrder(elements, by: keys, isReversed: bound[0]?.isTrue ?? false))
        },
        "dictsort": Filter { renderer, value, arguments throws(TemplateError) in
            let bound = try renderer.bind(arguments, ["case_sensitive", "by", "reverse"])
            guard case .mapping(let mapping) = value else {
                throw try renderer.typeError(value, "dictsort needs a mapping, not \(value.typeName)")
            }
            let by = try renderer.text(bound[1], or: "key").string
            guard by == "key" || by == "value" else {
                throw renderer.error(.value("dictsort sorts by key or by value, not by \(by.debugDescription)"))
            }
            let isCaseSensitive = bound[0]?.isTrue ?? false
            var keys: [Value] = []
            keys.reserveCapacity(mapping.count)
            for key in by == "key" ? mapping.keys : mapping.values {
                keys.append(isCaseSensitive ? key : try renderer.ignoringCase(key))
            }
            return try renderer.makeList(
                renderer.inOrder(renderer.pairs(of: mapping), by: keys, isReversed: bound[2]?.isTrue ?? false))
        },
        "unique": Filter { renderer, value, arguments throws(TemplateError) in
            let bound = try renderer.bind(arguments, ["case_sensitive", "attribute"])
            var seen: Set<MappingKey> = []
            var kept: [Value] = []
            for element in try renderer.elements(of: value) {
                let key = try renderer.key(of: element, bound[1], isCaseSensitive: bound[0]?.isTrue ?? false)
                try renderer.checkKey(key)
                try renderer.charge(Footprint.objectSteps)
                try renderer.claim(Footprint.setMember)
                if seen.insert(MappingKey(key)).inserted { kept.append(element) }
            }
            return try renderer.makeGenerator(kept)
        },
        "min": Filter { renderer, value, arguments throws(TemplateError) in
            try renderer.extreme(value, arguments) { element, best throws(TemplateError) in
                try renderer.isLess(element, best)
            }
        },
        "max": Filter { renderer, value, arguments throws(TemplateError) in
            try renderer.extreme(value, arguments) { element, best throws(TemplateError) in
                try renderer.isLess(best, element)
            }
        },
        "sum": Filter { renderer, value, arguments throws(TemplateError) in
            let bound = try renderer.bind(arguments, ["attribute", "start"])
            var sum = bound[1] ?? .integer(0)
            if case .text = sum { throw renderer.error(.type("sum does not join strings")) }
            for element in try renderer.elements(of: value) {
                let element = isGiven(bound[0]) ? try renderer.attribute(bound[0] ?? .none, of: element) : element
                sum = try renderer.apply(.add, sum, element)
            }
            return sum
        },
        "batch": Filter { renderer, value, arguments throws(TemplateError) in
            let bound = try renderer.bind(arguments, ["linecount", "fill_with"], required: 1)
            let size = try renderer.integer(bound[0])
            let elements = try renderer.elements(of: value)
            var batches: [Value] = []
            var batch: [Value] = []
            for element in elements {
                // Jinja closes a batch that has reached the size, which none does that is not positive.
                if batch.count == size {
                    try renderer.charge(Footprint.objectSteps)
                    batches.append(try renderer.makeList(batch))
                    batch = []
                }
                try renderer.claim(Footprint.addedElement)
                batch.append(element)
            }
            if !batch.isEmpty {
                if isGiven(bound[1]), batch.count < size {
                    try renderer.reserve(elements: size)
                    batch += repeatElement(bound[1] ?? .none, count: size - batch.count)
                }
                batches.append(try renderer.makeList(batch))
            }
            return try renderer.makeGenerator(batches)
        },
        "slice": Filter { renderer, value, arguments throws(TemplateError) in
            let bound = try renderer.bind(arguments, ["slices", "fill_with"], required: 1)
            let count = try renderer.integer(bound[0])
            let elements = try renderer.elements(of: value)
            guard count != 0 else { throw renderer.error(.divisionByZero) }
            try renderer.reserve(elements: max(count, 0))
            try renderer.charge(Footprint.objectSteps * max(count, 0))
            guard count > 0 else { return try renderer.makeGenerator([]) }
            let (size, longer) = (elements.count / count, elements.count % count)
            var slices: [Value] = []
            var start = 0
            for number in 0..<count {
                let end = start + size + (number < longer ? 1 : 0)
                var slice = Array(elements[start..<end])
                if isGiven(bound[1]), number >= longer { slice.append(bound[1] ?? .none) }
                slices.append(try renderer.makeList(slice))
                start = end
            }
            return try renderer.makeGenerator(slices)
        },
        "groupby": Filter { renderer, value, arguments throws(TemplateError) in
            let bound = try renderer.bind(arguments, ["attribute", "default", "case_sensitive"], required: 1)
            return try renderer.groups(
                renderer.elements(of: value), by: bound[0] ?? .none, default: bound[1],
                isCaseSensitive: bound[2]?.isTrue ?? false)
        },
    ]

    private static let length = Filter { renderer, value, arguments throws(TemplateError) in
        try renderer.bindNone(arguments)
        return .integer(try renderer.count(of: value))
    }

    /// An argument whose default is none.
    private static func isGiven(_ value: Value?) -> Bool {
        guard let value else { return false }
        if case .none = value { return false }
        return true
    }
}

extension Renderer {
    fileprivate func key(
        of element: Value, _ path: Value?, isCaseSensitive: Bool, default standard: Value? = nil
    ) throws(TemplateError) -> Value {
        let key = try attribute(path ?? .none, of: element, default: standard)
        return isCaseSensitive ? key : try ignoringCase(key)
    }

    /// What to sort by: one attribute, or several with commas between them.
    fileprivate func keys(
        of elements: [Value], _ path: Value?, isCaseSensitive: Bool
    ) throws(TemplateError) -> [Value] {
        var paths = [path ?? .none]
        if case .text(let text)? = path {
            try claim(text.count * Footprint.character)
            paths = text.string.split(separator: ",", omittingEmptySubsequences: false).map { .text(String($0)) }
        }
        try claim(elements.count * Footprint.element)
        var keys: [Value] = []
        keys.reserveCapacity(elements.count)
        for element in elements {
            try charge(Footprint.objectSteps)
            var parts: [Value] = []
            for path in paths { parts.append(try key(of: element, path, isCaseSensitive: isCaseSensitive)) }
            // A list even of one: elements without the attribute are equal then, instead of an error.
            keys.append(try makeList(parts))
        }
        return keys
    }

    fileprivate func extreme(
        _ value: Value, _ arguments: CallArguments,
        _ isBetter: (Value, Value) throws(TemplateError) -> Bool
    ) throws(TemplateError) -> Value {
        let bound = try bind(arguments, ["case_sensitive", "attribute"])
        var best: (key: Value, element: Value)?
        for element in try elements(of: value) {
            let key = try key(of: element, bound[1], isCaseSensitive: bound[0]?.isTrue ?? false)
            if let current = best, try !isBetter(key, current.key) { continue }
            best = (key, element)
        }
        return best?.element ?? .undefined(Undefined(.aggregate))
    }

    fileprivate func groups(
        _ elements: [Value], by path: Value, default standard: Value?, isCaseSensitive: Bool
    ) throws(TemplateError) -> Value {
        try claim(4 * elements.count * Footprint.element)
        var keys: [Value] = []
        for element in elements {
            keys.append(try key(of: element, path, isCaseSensitive: isCaseSensitive, default: standard))
        }
        var places: [Value] = []
        for index in elements.indices { places.append(.integer(index)) }
        var groups: [(key: Value, members: [Value])] = []
        for place in try inOrder(places, by: keys, isReversed: false) {
            guard let index = place.integer else { continue }
            if let last = groups.last, try equals(last.key, keys[index]) {
                groups[groups.count - 1].members.append(elements[index])
            } else {
                groups.append((keys[index], [elements[index]]))
            }
        }
        var tuples: [Value] = []
        for (_, members) in groups {
            // Of keys that differ in case only, the first one names the group.
            let name = try attribute(path, of: members[0], default: standard)
            tuples.append(try makeTuple([name, makeList(members)], isGroup: true))
        }
        return try makeList(tuples)
    }
}
