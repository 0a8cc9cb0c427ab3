fn main() {
    println!("only a program");
}
