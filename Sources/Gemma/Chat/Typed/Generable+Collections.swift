internal import JSON

extension Array: Generable where Element: Generable {
    public typealias PartiallyGenerated = [Element.PartiallyGenerated]

    public static var generationSchema: GenerationSchema { GenerationSchema(arrayOf: Element.self) }
}

extension Array: ConvertibleFromGeneratedContent where Element: ConvertibleFromGeneratedContent {
    public init(_ content: GeneratedContent) throws {
        guard let elements = content.elements else { throw content.mismatch(Self.self) }
        self = []
        reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            do {
                append(try Element(element))
            } catch  where !element.isComplete {
                // Not enough of it is known. It is the last one.
            } catch let error as DecodingError {
                throw error.within(PropertyKey(intValue: index))
            }
        }
    }
}

extension Array: ConvertibleToGeneratedContent where Element: ConvertibleToGeneratedContent {
    public var generatedContent: GeneratedContent {
        GeneratedContent(jsonValue: .array(map(\.generatedContent.jsonValue)))
    }
}

// What may be absent is no type that a model can be asked for, but properties may be.

extension Optional: ConvertibleFromGeneratedContent where Wrapped: ConvertibleFromGeneratedContent {
    /// Nil for `null`, and for a value that has begun but of which not enough is known.
    public init(_ content: GeneratedContent) throws {
        guard !content.jsonValue.isNull else {
            self = nil
            return
        }
        do {
            self = try Wrapped(content)
        } catch  where !content.isComplete {
            self = nil
        }
    }
}

extension Optional: PromptRepresentable where Wrapped: PromptRepresentable {
    /// No text for nil.
    public var promptRepresentation: Prompt { self?.promptRepresentation ?? Prompt(text: "") }
}

extension Optional: ConvertibleToGeneratedContent where Wrapped: ConvertibleToGeneratedContent {
    public var generatedContent: GeneratedContent {
        self?.generatedContent ?? GeneratedContent(jsonValue: .null)
    }
}
