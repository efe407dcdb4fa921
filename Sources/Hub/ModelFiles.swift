public import Foundation

/// Files of a model on this machine.
public struct ModelFiles: Sendable, Hashable {
    /// The model; of a model in several files the first one.
    public let model: URL
    /// The drafter, if one was asked for and is beside the model.
    public let drafter: URL?
    /// The model's part for images and sound, if it was asked for and is beside the model.
    public let projector: URL?
}

/// What is downloaded beside a model.
public enum ModelCompanion: Sendable, Hashable {
    case drafter, projector
}

/// What a file is downloaded for.
public enum ModelRole: Sendable, Hashable {
    case model, drafter
}
