package import Chat
internal import JSON

/// Why a text does not declare tools.
package enum ToolDeclarationError: Error, Hashable, Sendable, CustomStringConvertible {
    case notJSON(reason: String)
    case empty
    case notAnObject(index: Int)
    case withoutName(index: Int)
    /// A character that the model's syntax of calls has a use for.
    case invalidName(String)
    case parametersNotAnObject(name: String)

    package var description: String {
        switch self {
        case .notJSON(let reason): reason
        case .empty: "no tool is declared"
        case .notAnObject(let index): "declaration \(index) is not an object"
        case .withoutName(let index): "declaration \(index) has no name"
        case .invalidName(let name): "\"\(name)\" cannot be a tool's name: white space, quotes or one of <>[]{}(),="
        case .parametersNotAnObject(let name): "the parameters of \(name) are not an object"
        }
    }
}

extension ToolDescription {
    /// Tools in OpenAI's form: a declaration or an array of them, with or without `{"type": "function", ...}` around.
    package static func declared(in text: String) throws(ToolDeclarationError) -> [ToolDescription] {
        let value: JSONValue
        do {
            value = try JSONValue(json: text)
        } catch {
            throw .notJSON(reason: "\(error)")
        }
        let declarations = value.arrayValue ?? [value]
        guard !declarations.isEmpty else { throw .empty }
        var tools: [ToolDescription] = []
        for (index, declaration) in declarations.enumerated() {
            guard let object = (declaration["function"] ?? declaration).objectValue else {
                throw .notAnObject(index: index)
            }
            tools.append(try ToolDescription(object, at: index))
        }
        return tools
    }

    private init(_ object: JSONObject, at index: Int) throws(ToolDeclarationError) {
        guard let name = object["name"]?.stringValue, !name.isEmpty else { throw .withoutName(index: index) }
        guard !name.contains(where: { $0.isWhitespace || "<>[]{}()\"',=".contains($0) }) else {
            throw .invalidName(name)
        }
        let parameters = object["parameters"].flatMap { $0.isNull ? nil : $0 }
        guard parameters?.objectValue != nil || parameters == nil else { throw .parametersNotAnObject(name: name) }
        let known = ["name", "description", "parameters"]
        self.init(
            name: name, description: object["description"]?.stringValue ?? "", parameters: parameters,
            others: JSONObject(object.filter { !known.contains($0.key) }.map { ($0.key, $0.value) }))
    }
}
