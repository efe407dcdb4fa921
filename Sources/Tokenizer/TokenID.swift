/// The number of a token: its place in the vocabulary, and the row of its embedding.
public typealias TokenID = Int32
