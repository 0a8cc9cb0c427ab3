//! A walk over a tree: a trait with a lifetime, whose methods are many and may all be left out.

use super::Node;

macro_rules! steps {
    ($($name:ident $letter:literal)*) => {
        /// What to do at each node.
        pub trait Visit<'ast> {
            /// At any: what is to be done at one of its letter.
            fn visit_node(&mut self, node: &'ast Node) {
                match node.name().chars().next() {
                    $(Some($letter) => self.$name(node),)*
                    _ => visit_children(self, node),
                }
            }
            $(
                /// At one of that letter: what is below it.
                fn $name(&mut self, node: &'ast Node) {
                    visit_children(self, node);
                }
            )*
        }
    };
}

steps! {
    visit_a 'a' visit_b 'b' visit_c 'c' visit_d 'd' visit_e 'e' visit_f 'f' visit_g 'g' visit_h 'h' visit_i 'i'
    visit_j 'j' visit_k 'k' visit_l 'l' visit_m 'm' visit_n 'n' visit_o 'o' visit_p 'p' visit_q 'q' visit_r 'r'
}

/// Goes on with what is below a node.
pub fn visit_children<'ast, V: Visit<'ast> + ?Sized>(visitor: &mut V, node: &'ast Node) {
    for child in &node.children {
        visitor.visit_node(child);
    }
}

/// Goes over a tree.
pub fn visit<'ast>(mut visitor: impl Visit<'ast>, node: &'ast Node) {
    visitor.visit_node(node);
}
