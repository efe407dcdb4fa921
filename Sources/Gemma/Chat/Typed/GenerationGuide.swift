public import Foundation
internal import JSON

/// What a generated value must be, besides a value of its type.
///
/// Guides become keywords of the JSON schema, which the model reads and cannot help but obey.
public struct GenerationGuide<Value>: Sendable {
    let keywords: JSONObject

    fileprivate init(_ keywords: JSONObject) { self.keywords = keywords }
}

// MARK: - Texts

extension GenerationGuide where Value == String {
    /// Exactly this text.
    public static func constant(_ value: String) -> Self { Self(["const": .string(value)]) }

    /// One of these texts.
    public static func anyOf(_ values: [String]) -> Self { Self(["enum": .array(values.map(JSONValue.string))]) }

    /// A text that matches the expression as a whole.
    ///
    /// It is to be a literal. Expressions that are built (`Regex { … }`) are not always known as text, and then match
    /// nothing here, which is an error when an answer is asked for; write those as a string.
    public static func pattern<RegexOutput>(_ expression: Regex<RegexOutput>) -> Self {
        guard let pattern = expression._literalPattern else { return anyOf([]) }
        return self.pattern(pattern)
    }

    /// A text that matches the expression (ECMA's, as in JSON schemas) as a whole.
    public static func pattern(_ expression: String) -> Self { Self(["pattern": .string("^(?:\(expression))$")]) }
}

// MARK: - Numbers

extension GenerationGuide where Value: FixedWidthInteger {
    /// At least this.
    public static func minimum(_ value: Value) -> Self { Self(["minimum": .number(JSONNumber(value))]) }

    /// At most this.
    public static func maximum(_ value: Value) -> Self { Self(["maximum": .number(JSONNumber(value))]) }

    /// Within these bounds.
    public static func range(_ range: ClosedRange<Value>) -> Self {
        Self(["minimum": .number(JSONNumber(range.lowerBound)), "maximum": .number(JSONNumber(range.upperBound))])
    }
}

extension GenerationGuide where Value: BinaryFloatingPoint & LosslessStringConvertible {
    /// At least this. Infinity bounds nothing.
    public static func minimum(_ value: Value) -> Self { bound("minimum", "\(value)") }

    /// At most this. Infinity bounds nothing.
    public static func maximum(_ value: Value) -> Self { bound("maximum", "\(value)") }

    /// Within these bounds.
    public static func range(_ range: ClosedRange<Value>) -> Self {
        Self(minimum(range.lowerBound).keywords.adding(maximum(range.upperBound).keywords))
    }
}

extension GenerationGuide where Value == Decimal {
    /// At least this.
    public static func minimum(_ value: Decimal) -> Self { bound("minimum", "\(value)") }

    /// At most this.
    public static func maximum(_ value: Decimal) -> Self { bound("maximum", "\(value)") }

    /// Within these bounds.
    public static func range(_ range: ClosedRange<Decimal>) -> Self {
        Self(minimum(range.lowerBound).keywords.adding(maximum(range.upperBound).keywords))
    }
}

extension GenerationGuide {
    /// - Parameter value: as Swift prints it, which is JSON unless it is infinite or NaN.
    fileprivate static func bound(_ keyword: String, _ value: String) -> Self {
        Self(JSONNumber(value).map { [keyword: .number($0)] } ?? [:])
    }
}

// MARK: - Arrays

extension GenerationGuide {
    /// At least so many elements.
    public static func minimumCount<Element>(_ count: Int) -> Self where Value == [Element] {
        Self(["minItems": .number(JSONNumber(max(0, count)))])
    }

    /// At most so many elements.
    public static func maximumCount<Element>(_ count: Int) -> Self where Value == [Element] {
        Self(["maxItems": .number(JSONNumber(max(0, count)))])
    }

    /// Exactly so many elements.
    public static func count<Element>(_ count: Int) -> Self where Value == [Element] { self.count(count...count) }

    /// So many elements.
    public static func count<Element>(_ range: ClosedRange<Int>) -> Self where Value == [Element] {
        Self(minimumCount(range.lowerBound).keywords.adding(maximumCount(range.upperBound).keywords))
    }

    /// What each of the elements must be.
    public static func element<Element>(_ guide: GenerationGuide<Element>) -> Self where Value == [Element] {
        Self(["items": .object(guide.keywords)])
    }
}

// In `@Guide(.count(3))` nothing says what the elements are.
extension GenerationGuide where Value == [Never] {
    /// At least so many elements. Stands in for the others in `@Guide`.
    public static func minimumCount(_ count: Int) -> Self { Self(["minItems": .number(JSONNumber(count))]) }

    /// At most so many elements. Stands in for the others in `@Guide`.
    public static func maximumCount(_ count: Int) -> Self { Self(["maxItems": .number(JSONNumber(count))]) }

    /// Exactly so many elements. Stands in for the others in `@Guide`.
    public static func count(_ count: Int) -> Self { self.count(count...count) }

    /// So many elements. Stands in for the others in `@Guide`.
    public static func count(_ range: ClosedRange<Int>) -> Self {
        Self(minimumCount(range.lowerBound).keywords.adding(maximumCount(range.upperBound).keywords))
    }
}

extension JSONObject {
    fileprivate func adding(_ other: JSONObject) -> JSONObject { JSONObject(Array(self) + Array(other)) }
}
