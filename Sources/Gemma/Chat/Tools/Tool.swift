package import Chat

/// Something that the model may have done for it: a function of the program that it calls by name.
///
/// The arguments are a ``Generable`` type, as the macro of the product GemmaMacros makes one. By hand, they are any
/// type that can be made of JSON, and `parameters` says which JSON.
///
///     struct Weather: Tool {
///         let name = "get_weather"
///         let description = "Tells the weather in a city"
///
///         @Generable
///         struct Arguments {
///             @Guide(description: "The name of the city")
///             let city: String
///         }
///
///         func call(arguments: Arguments) async throws -> String { try await forecast(arguments.city) }
///     }
public protocol Tool<Arguments, Output>: Sendable {
    /// What `call` takes; `GeneratedContent` for whatever the model wrote.
    associatedtype Arguments: ConvertibleFromGeneratedContent
    /// What `call` gives back: text for the model. A text that is a JSON object is shown to it as an object.
    associatedtype Output: PromptRepresentable

    /// The name by which the model calls it. Default: that of the type.
    var name: String { get }
    /// What it does, in words that the model reads.
    var description: String { get }
    /// What its arguments are. Default: the schema of `Arguments`, if that is `Generable`.
    var parameters: GenerationSchema { get }

    /// Does it. An error is told to the model as the result, so that it can try again or do without.
    ///
    /// Its task is cancelled with the response. It should end then: the next response waits for it.
    func call(arguments: Arguments) async throws -> Output
}

extension Tool where Arguments: Generable {
    public var parameters: GenerationSchema { Arguments.generationSchema }
}

extension Tool {
    public var name: String { "\(Self.self)" }

    /// As the chat template shows it to the model.
    package var toolDescription: ToolDescription {
        ToolDescription(name: name, description: description, parameters: parameters.json)
    }

    /// The result as text, from arguments as the model wrote them.
    func result(of call: ToolCall) async throws -> String {
        let arguments = try Arguments(GeneratedContent(json: call.arguments))
        return Prompt(try await self.call(arguments: arguments)).text
    }
}
