extension Renderer {
    /// The method that a name means, if it means one.
    func method(_ name: MemberName, of value: Value) -> Method? {
        switch value {
        case .text: name.textMethod
        case .mapping: name.mappingMethod
        case .list: name.listMethod
        // A loop's are among its members.
        case .loop: nil
        default: methods(of: value)?[name.text]
        }
    }

    func method(named name: Text, of value: Value) -> Method? { methods(of: value)?[name] }

    private func methods(of value: Value) -> [Text: Method]? {
        switch value {
        case .text: program.library.methods.ofTexts
        case .mapping: program.library.methods.ofMappings
        case .list: program.library.methods.ofLists
        case .tuple, .range: program.library.methods.ofTuples
        case .integer, .bool: program.library.methods.ofIntegers
        case .float: program.library.methods.ofFloats
        case .cycler: program.library.methods.ofCyclers
        case .loop: program.library.methods.ofLoops
        default: nil
        }
    }

    /// `value.name`: a method comes before a key.
    func member(_ name: MemberName, of value: Value) throws(TemplateError) -> Value {
        if case .undefined(let undefined) = value { throw error(.undefined(undefined.message)) }
        if name.text.hasPrefix("__"), name.text.hasSuffix("__") { return .undefined(Undefined(.unsafe, name.text)) }
        if let method = method(name, of: value) { return try bound(method, value) }
        if case .mapping(let mapping) = value {
            try charge(bytes: name.text.count)
            return mapping[name.text] ?? .undefined(Undefined(.member, name.text))
        }
        return try ownMember(name.text, of: value)
    }

    func member(named name: Text, of value: Value) throws(TemplateError) -> Value {
        try member(MemberName(name, program.library.methods), of: value)
    }

    /// `value[key]`: a key comes before a method.
    func element(_ key: Value, of value: Value) throws(TemplateError) -> Value {
        if case .undefined(let undefined) = value { throw error(.undefined(undefined.message)) }
        switch (value, key) {
        case (.mapping, .list), (.mapping, .mapping): break
        case (.mapping(let mapping), _):
            try checkKey(key)
            if let value = mapping[key] { return value }
        default:
            if let index = key.integer, let element = try element(at: index, of: value) { return element }
        }
        guard case .text(let name) = key else { return .undefined(Undefined(.element, try describe(key))) }
        if name.hasPrefix("__"), name.hasSuffix("__") { return .undefined(Undefined(.unsafe, name)) }
        if let method = method(named: name, of: value) { return try bound(method, value) }
        return try ownMember(name, of: value)
    }

    /// A key in a message. Long values are left out.
    private func describe(_ key: Value) throws(TemplateError) -> Text {
        switch key {
        case .integer, .float, .bool, .none: try text(of: key)
        default: Text(key.typeName)
        }
    }

    private func bound(_ method: Method, _ value: Value) throws(TemplateError) -> Value {
        guard !method.changesReceiver else { return .undefined(Undefined(.unsafe, Text(method.name))) }
        try claim(2 * Footprint.object)
        return .method(BoundMethod(value, Text(method.name)))
    }

    /// What objects have that are not mappings.
    private func ownMember(_ name: Text, of value: Value) throws(TemplateError) -> Value {
        let own: Value? =
            switch value {
            case .namespace(let namespace): namespace.members[name]
            case .loop(let loop): try member(name, of: loop)
            case .tuple(let list) where list.isGroup:
                name == "grouper" ? list.elements.first : name == "list" ? list.elements.last : nil
            case .macro(let macro): try member(name, of: macro)
            case .cycler(let cycler) where name == "current":
                cycler.items.isEmpty ? nil : cycler.items[cycler.at % cycler.items.count]
            case .range(let range):
                switch name.string {
                case "start": .integer(range.start)
                case "stop": .integer(range.stop)
                case "step": .integer(range.step)
                default: nil
                }
            default: nil
            }
        return own ?? .undefined(Undefined(.member, name))
    }

    private func member(_ name: Text, of macro: Macro) throws(TemplateError) -> Value? {
        switch name.string {
        case "name": return macro.definition.name.map { .text($0) } ?? Value.none
        case "arguments": return try makeTuple(macro.definition.parameters.map { .text($0.name) })
        case "caller": return .bool(macro.definition.caller != nil)
        case "catch_kwargs": return .bool(macro.definition.kwargs != nil)
        case "catch_varargs": return .bool(macro.definition.varargs != nil)
        default: return nil
        }
    }

    /// Nil if there is none, or if the value has no order.
    private func element(at index: Int, of value: Value) throws(TemplateError) -> Value? {
        switch value {
        case .list(let list), .tuple(let list):
            let index = index < 0 ? index + list.elements.count : index
            return list.elements.indices.contains(index) ? list.elements[index] : nil
        case .range(let range):
            let index = index < 0 ? index + range.count : index
            return 0..<range.count ~= index ? .integer(range[index]) : nil
        case .text(let text):
            try charge(bytes: text.count)
            try claim(Footprint.object)
            let count = text.scalarCount
            let index = index < 0 ? index + count : index
            guard 0..<count ~= index else { return nil }
            let start = text.offset(ofScalar: index)
            return .text(text[start..<start + text.scalarLength(at: start)])
        default: return nil
        }
    }

    // MARK: - Slices

    func slice(of value: Value, from start: Value, to stop: Value, step: Value) throws(TemplateError) -> Value {
        try claim(Footprint.object)
        let count: Int
        switch value {
        case .list(let list), .tuple(let list): count = list.elements.count
        case .range(let range): count = range.count
        case .text(let text):
            try charge(bytes: text.count)
            count = text.scalarCount
        case .undefined(let undefined): throw error(.undefined(undefined.message))
        default: throw error(.type("\(value.typeName) cannot be sliced"))
        }
        let start = try optionalInteger(start)
        let stop = try optionalInteger(stop)
        let step = try optionalInteger(step)
        guard step != 0 else { throw error(.value("the step of a slice is 0")) }
        let indices = sliceIndices(start, stop, step ?? 1, count: count)
        switch value {
        case .text(let text): return .text(try slice(of: text, indices))
        case .range(let range):
            let (first, step) = (range[indices.first], range.step.multipliedReportingOverflow(by: indices.step))
            guard !step.overflow else { throw error(.integerOverflow) }
            return .range(
                IntegerRange(
                    start: first, stop: range[indices.end], step: step.partialValue, count: indices.count))
        case .list(let list), .tuple(let list):
            try reserve(elements: indices.count)
            var elements: [Value] = []
            if indices.step == 1 || indices.count <= 1 {
                elements = Array(list.elements[indices.first..<indices.first + indices.count])
            } else {
                for number in 0..<indices.count {
                    elements.append(list.elements[indices.first + number * indices.step])
                }
            }
            if case .tuple = value { return try makeTuple(elements) }
            return try makeList(elements)
        default: return .none
        }
    }

    private func slice(of text: Text, _ indices: SliceIndices) throws(TemplateError) -> Text {
        try reserve(bytes: text.count)
        try claim(text.origin.footprint)
        guard indices.count > 0 else { return text[0..<0] }
        if indices.step == 1 || indices.count == 1 {
            let start = text.offset(ofScalar: indices.first)
            return text[start..<start + text[start...].offset(ofScalar: indices.count)]
        }
        try reserve(elements: text.count)
        let offsets = text.scalarOffsets
        var bytes: [UInt8] = []
        for number in 0..<indices.count {
            let index = indices.first + number * indices.step
            bytes += text.bytes[offsets[index]..<offsets[index + 1]]
        }
        return Text(bytes, computedFrom: text)
    }
}

/// Which elements a slice takes.
struct SliceIndices {
    let first: Int
    /// Where the slice ends, although the last element may be before.
    let end: Int
    let step: Int
    let count: Int
}

/// Python's rule: bounds beyond the ends are moved to them.
func sliceIndices(_ start: Int?, _ stop: Int?, _ step: Int, count: Int) -> SliceIndices {
    let (lowest, highest) = step < 0 ? (-1, count - 1) : (0, count)
    func clamped(_ bound: Int) -> Int { min(max(bound < 0 ? bound + count : bound, lowest), highest) }
    let first = start.map(clamped) ?? (step < 0 ? highest : lowest)
    let end = stop.map(clamped) ?? (step < 0 ? lowest : highest)
    // A step may be as large as integers are.
    let magnitude = step.magnitude
    let distance = step < 0 ? first - end : end - first
    let taken = distance <= 0 ? 0 : Int((UInt(distance) - 1) / magnitude) + 1
    return SliceIndices(first: taken == 0 ? 0 : first, end: end, step: step, count: taken)
}
