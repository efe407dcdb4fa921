/// The keywords of one schema.
struct SchemaKeywords {
    var path: String
    var requirements = Requirements()
    /// Schemas that hold besides: `allOf`.
    var conjuncts: [Int] = []
    /// What `$ref` means.
    var reference: Int?
    /// Of each list, one schema holds besides: `anyOf`, `oneOf`.
    var choices: [[Int]] = []
    /// Whether it is the schema `false`.
    var isNever = false
    /// How much there is to merge, for limits.
    var size: Int = 1
}
