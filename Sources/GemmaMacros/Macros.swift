@_exported public import Gemma

/// Makes a structure or an enumeration something that a model can be asked for.
///
///     @Generable(description: "A recipe")
///     struct Recipe {
///         let name: String
///         @Guide(description: "From easy to hard", .range(1...5))
///         let difficulty: Int
///         @Guide(.minimumCount(2))
///         let ingredients: [Ingredient]
///         let wine: String?
///     }
///
/// Every stored property is written by the model, in this order; properties that are optional may be left out. Their
/// types are `String`, `Bool`, numbers, other `@Generable` types and arrays of these. A property of the type
/// `GenerationID` is not written, but identifies the value in snapshots. `PartiallyGenerated` has the same properties,
/// all of them optional.
///
/// Of an enumeration the model writes the name of a case, or its raw value if that is a `String`. If a case has
/// associated values, all cases are written as objects: `{"case": "order", "dish": "soup", "count": 2}` for
/// `case order(dish: String, count: Int)`. Values without a label are `value`, or `value1`, `value2` and so on.
///
/// - Parameter description: what it is, in words that the model reads.
@attached(
    extension, conformances: Generable,
    names: named(init(_:)), named(generatedContent), named(generationSchema), named(PartiallyGenerated))
public macro Generable(description: String? = nil) =
    #externalMacro(module: "GemmaMacrosPlugin", type: "GenerableMacro")

/// Says more of a property of a `@Generable` structure.
/// - Parameters:
///   - description: what it is, in words that the model reads.
///   - guides: what its value must be.
@attached(peer)
public macro Guide<Value: Generable>(description: String? = nil, _ guides: GenerationGuide<Value>...) =
    #externalMacro(module: "GemmaMacrosPlugin", type: "GuideMacro")

/// Says more of a text in a `@Generable` structure.
/// - Parameters:
///   - description: what it is, in words that the model reads.
///   - pattern: what the text must match as a whole.
@attached(peer)
public macro Guide<Output>(description: String? = nil, _ pattern: Regex<Output>) =
    #externalMacro(module: "GemmaMacrosPlugin", type: "GuideMacro")

/// Says more of a property of a `@Generable` structure.
/// - Parameter description: what it is, in words that the model reads.
@attached(peer)
public macro Guide(description: String) = #externalMacro(module: "GemmaMacrosPlugin", type: "GuideMacro")
