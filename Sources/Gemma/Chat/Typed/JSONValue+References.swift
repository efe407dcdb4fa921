internal import JSON

// A schema that was written by hand and becomes a part of another one.
extension JSONValue {
    /// Whether a schema refers to a part of itself.
    var hasReferences: Bool {
        var isFound = false
        _ = replacingReferences { reference in
            isFound = true
            return reference
        }
        return isFound
    }

    /// A schema that stands at `place` of another one, `#/$defs/Name` for instance.
    func movingReferences(to place: String) -> JSONValue {
        replacingReferences { $0.hasPrefix("#") ? place + $0.dropFirst() : $0 }
    }

    /// - Parameter areNames: whether the members are schemas by names, rather than the keywords of one.
    private func replacingReferences(areNames: Bool = false, _ replace: (String) -> String) -> JSONValue {
        switch self {
        case .array(let elements): return .array(elements.map { $0.replacingReferences(replace) })
        case .object(let members):
            let replaced = members.map { key, value -> (String, JSONValue) in
                if areNames { return (key, value.replacingReferences(replace)) }
                switch (key, value) {
                case ("$ref", .string(let reference)): return (key, .string(replace(reference)))
                case ("enum", _), ("const", _), ("default", _), ("examples", _): return (key, value)  // not schemas
                default:
                    let areNames = ["properties", "patternProperties", "$defs", "definitions"].contains(key)
                    return (key, value.replacingReferences(areNames: areNames, replace))
                }
            }
            return .object(JSONObject(replaced))
        default: return self
        }
    }
}
