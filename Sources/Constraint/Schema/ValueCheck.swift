import JSON

/// Says whether a value of `enum` or `const` obeys the keywords beside it.
struct ValueCheck {
    var expansion: SchemaExpansion

    init(_ expansion: SchemaExpansion) { self.expansion = expansion }

    mutating func admits(_ value: JSONValue, _ requirements: Requirements) throws(ConstraintError) -> Bool {
        guard requirements.types.admit(value) else { return false }
        if let literals = requirements.literals, !literals.contains(where: value.isSame) { return false }
        switch value {
        case .null, .bool: return true
        case .string(let text): return try admits(text, requirements.strings)
        case .number(let number): return try admits(number, requirements.numbers)
        case .array(let elements): return try admits(elements, requirements.arrays)
        case .object(let members): return try admits(members, requirements.objects)
        }
    }

    private mutating func admits(_ text: String, _ strings: StringRequirements) throws(ConstraintError) -> Bool {
        guard strings.length.contains(text.unicodeScalars.count) else { return false }
        for form in strings.forms where try !expansion.matcher.matches(text, form.pattern) { return false }
        return true
    }

    private func admits(_ number: JSONNumber, _ numbers: NumberRequirements) throws(ConstraintError) -> Bool {
        guard try numbers.range.contains(number) else { return false }
        let value = try ExactDecimal(number)
        for divisor in numbers.divisors where try !value.isMultiple(of: ExactDecimal(divisor.value)) { return false }
        return true
    }

    private mutating func admits(
        _ elements: [JSONValue], _ arrays: ArrayRequirements
    ) throws(ConstraintError) -> Bool {
        guard arrays.count.contains(elements.count) else { return false }
        for (place, element) in elements.enumerated() {
            guard try admits(element, schemas: arrays.schemas(at: place)) else { return false }
        }
        return true
    }

    private mutating func admits(
        _ members: JSONObject, _ objects: ObjectRequirements
    ) throws(ConstraintError) -> Bool {
        guard objects.count.contains(members.count),
            objects.required.allSatisfy({ members[$0.text] != nil })
        else { return false }
        for (key, value) in members {
            guard try admits(value, schemas: try objects.schemas(for: PropertyKey(key), &expansion.matcher)) else {
                return false
            }
        }
        return true
    }

    private mutating func admits(_ value: JSONValue, schemas: [Int]) throws(ConstraintError) -> Bool {
        if schemas.isEmpty { return true }
        for requirements in try expansion.alternatives(of: schemas)
        where try admits(value, requirements) { return true }
        return false
    }
}
