public import Foundation
internal import JSON

extension String: Generable {
    public static var generationSchema: GenerationSchema { GenerationSchema(json: ["type": "string"]) }

    public init(_ content: GeneratedContent) throws {
        guard case .string(let value) = content.jsonValue else { throw content.mismatch(Self.self) }
        self = value
    }

    public var generatedContent: GeneratedContent { GeneratedContent(jsonValue: .string(self)) }
}

extension Bool: Generable {
    public static var generationSchema: GenerationSchema { GenerationSchema(json: ["type": "boolean"]) }

    public init(_ content: GeneratedContent) throws {
        guard case .bool(let value) = content.jsonValue else { throw content.mismatch(Self.self) }
        self = value
    }

    public var generatedContent: GeneratedContent { GeneratedContent(jsonValue: .bool(self)) }
}

// MARK: - Integers

extension Int: Generable {}
extension Int8: Generable {}
extension Int16: Generable {}
extension Int32: Generable {}
extension Int64: Generable {}
extension UInt: Generable {}
extension UInt8: Generable {}
extension UInt16: Generable {}
extension UInt32: Generable {}
extension UInt64: Generable {}

extension Generable where Self: FixedWidthInteger & Decodable {
    public static var generationSchema: GenerationSchema {
        var bounded: JSONObject = ["type": "integer"]
        bounded["minimum"] = .number(JSONNumber(min))
        bounded["maximum"] = .number(JSONNumber(max))
        // Bounds of so many digits would tell the model nothing.
        var told = bounded
        if bitWidth >= 64 {
            told["maximum"] = nil
            if isSigned { told["minimum"] = nil }
        }
        return GenerationSchema(told: .object(told), kept: .object(bounded))
    }

    public init(_ content: GeneratedContent) throws {
        guard case .number(let number) = content.jsonValue,
            // A whole number may be written as 1.0 or 1e3.
            let value = Self(number.text) ?? Self(exactly: number.doubleValue)
        else { throw content.mismatch(Self.self) }
        self = value
    }

    public var generatedContent: GeneratedContent { GeneratedContent(jsonValue: .number(JSONNumber(self))) }
}

// MARK: - Numbers

extension Double: Generable {}
extension Float: Generable {}

extension Generable where Self: BinaryFloatingPoint & LosslessStringConvertible & Decodable {
    public static var generationSchema: GenerationSchema { GenerationSchema(json: ["type": "number"]) }

    /// A number too large is the largest that there is.
    public init(_ content: GeneratedContent) throws {
        guard case .number(let number) = content.jsonValue, let value = Self(number.text) else {
            throw content.mismatch(Self.self)
        }
        let largest = Self.greatestFiniteMagnitude
        self = Swift.min(Swift.max(value, -largest), largest)
    }

    /// Infinity and NaN are `null`.
    public var generatedContent: GeneratedContent {
        GeneratedContent(jsonValue: isFinite ? JSONNumber("\(self)").map(JSONValue.number) ?? .null : .null)
    }
}

extension Decimal: Generable {
    public static var generationSchema: GenerationSchema { GenerationSchema(json: ["type": "number"]) }

    public init(_ content: GeneratedContent) throws {
        guard case .number(let number) = content.jsonValue,
            let value = Decimal(string: number.text, locale: Locale(identifier: "en_US_POSIX")), value.isFinite
        else { throw content.mismatch(Self.self) }
        self = value
    }

    public var generatedContent: GeneratedContent {
        GeneratedContent(jsonValue: JSONNumber("\(self)").map(JSONValue.number) ?? .null)
    }
}

// MARK: - Anything

extension GeneratedContent: Generable {
    /// Anything.
    public static var generationSchema: GenerationSchema { GenerationSchema(json: [:]) }

    public init(_ content: GeneratedContent) { self = content }

    public var generatedContent: GeneratedContent { self }
}

// MARK: - Nothing

/// Stands for the elements of arrays where only their number is spoken of: `@Guide(.count(3))`.
extension Never: Generable {
    public static var generationSchema: GenerationSchema { GenerationSchema(json: ["enum": []]) }

    public init(_ content: GeneratedContent) throws { throw content.mismatch(Self.self) }
}
